// Whether and when a failed attempt is made again. Pure: time and chance are given.
#pragma once

#include <cstddef>
#include <optional>

#include "base/random.hpp"
#include "http/origin_options.hpp"
#include "nacre/clock.hpp"
#include "nacre/deadline.hpp"

namespace nacre {

/// How many retries an origin may get: over any time at most its share of the requests, one a
/// second, and burst_tokens. So retries cannot multiply the load of an origin in trouble.
/// Loop thread only.
class RetryBudget {
 public:
  /// What may be saved up. Enough for a handful of connections that broke together.
  static constexpr double burst_tokens = 10;

  RetryBudget(double share, TimePoint now) noexcept : share_(share), filled_at_(now) {}

  void count_request(TimePoint now) noexcept;

  /// Takes one retry out of the budget; false when there is none.
  [[nodiscard]] bool try_take(TimePoint now) noexcept;

 private:
  void fill(TimePoint now) noexcept;

  double share_;
  double tokens_ = 1;
  TimePoint filled_at_;
};

/// The retries of one request.
class RetryPlan {
 public:
  /// `options`, `budget` and `random` must outlive the plan.
  RetryPlan(const OriginConnectionOptions& options, RetryBudget& budget, Random& random) noexcept
      : options_(options), budget_(budget), random_(random) {}

  /// How long to wait before the next attempt; nullopt when there is none: attempts are used up,
  /// the wait would end after the deadline, or the budget is empty.
  std::optional<Duration> next_delay(TimePoint now, Deadline deadline) noexcept;

  std::size_t retry_count() const noexcept { return retry_count_; }

 private:
  const OriginConnectionOptions& options_;
  RetryBudget& budget_;
  Random& random_;
  Duration last_delay_{0};
  std::size_t retry_count_ = 0;
};

}  // namespace nacre
