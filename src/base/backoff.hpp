// How long to wait before the next attempt: growing, bounded, and spread so that many who failed
// together do not come back together. Pure functions.
//
// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "nacre/clock.hpp"

namespace nacre {

struct BackoffOptions {
  /// The first delay, and the least of a decorrelated one. More than 0.
  Duration initial = std::chrono::seconds(1);

  /// The longest delay. `initial` or more.
  Duration max = std::chrono::seconds(30);
};

/// initial, twice that, four times that, ... up to max. `attempt` counts from 0. For one who waits
/// alone: a circuit breaker's probe.
Duration doubling_delay(const BackoffOptions& options, std::uint32_t attempt) noexcept;

/// Anything from 0 to the doubling delay, each equally likely: the least load on who is asked.
Duration full_jitter_delay(const BackoffOptions& options, std::uint32_t attempt,
                           Random& random) noexcept;

/// Anything from initial to three times `previous`, at most max: grows like the doubling one, keeps
/// a least delay, and needs no attempt count. `previous` is zero for the first attempt.
Duration decorrelated_delay(const BackoffOptions& options, Duration previous,
                            Random& random) noexcept;

}  // namespace nacre
