// Leaves a failing tier alone for a while: a circuit breaker with one probe at a time.
//
// Closed, it counts how calls end; 5 failures in a row, or half of the last 20, open it. Open, it
// refuses for 1 s; then one call may try, and while it does the others are refused. A probe that
// fails doubles the wait, up to 30 s; one that succeeds closes it.
#pragma once

#include <cstdint>

#include "base/mutex.hpp"
#include "nacre/clock.hpp"

namespace nacre {

struct BreakerLimits {
  std::uint32_t failures_in_a_row = 5;
  std::uint32_t window = 20;              ///< calls that are looked at together; 1 to 64
  std::uint32_t failures_in_window = 10;  ///< of these, when the window is full
  Duration first_wait = std::chrono::seconds(1);
  Duration longest_wait = std::chrono::seconds(30);
  Duration probe_timeout = std::chrono::seconds(10);  ///< a probe that never ends counts as failed
};

enum class BreakerState : std::uint8_t { closed, open, half_open };

/// Thread safe. About 20 ns a call.
class Breaker final {
 public:
  explicit Breaker(BreakerLimits limits = {}) noexcept
      : limits_(limits), wait_(limits.first_wait) {}

  /// May a call be made? When true, succeed() or fail() must follow.
  bool try_pass(TimePoint now) noexcept;

  /// What try_pass() would say, without taking the probe.
  bool may_pass(TimePoint now) const noexcept;

  void succeed() noexcept;
  void fail(TimePoint now) noexcept;

  /// The tier is known to be back: the next call may pass whatever the wait.
  void end_wait() noexcept;

  BreakerState state() const noexcept;

  /// How often it has opened.
  std::uint64_t opened_count() const noexcept;

 private:
  void open(TimePoint now) noexcept NACRE_REQUIRES(mutex_);

  const BreakerLimits limits_;
  mutable Mutex mutex_;
  BreakerState state_ NACRE_GUARDED_BY(mutex_) = BreakerState::closed;
  std::uint64_t outcomes_ NACRE_GUARDED_BY(mutex_) = 0;  ///< one bit a call, 1: failed
  std::uint32_t outcomes_count_ NACRE_GUARDED_BY(mutex_) = 0;
  std::uint32_t in_a_row_ NACRE_GUARDED_BY(mutex_) = 0;
  Duration wait_ NACRE_GUARDED_BY(mutex_);
  TimePoint until_ NACRE_GUARDED_BY(mutex_){};  ///< open: when a probe may go; half open: must end
  std::uint64_t opened_count_ NACRE_GUARDED_BY(mutex_) = 0;
};

}  // namespace nacre
