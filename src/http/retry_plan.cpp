#include "http/retry_plan.hpp"

#include <algorithm>
#include <chrono>

#include "base/backoff.hpp"

namespace nacre {

void RetryBudget::count_request(TimePoint now) noexcept {
  fill(now);
  tokens_ = std::min(tokens_ + share_, burst_tokens);
}

bool RetryBudget::try_take(TimePoint now) noexcept {
  fill(now);
  // A tenth is not a binary fraction: ten of them must still make one.
  constexpr double almost_one = 1 - 1e-9;
  if (tokens_ < almost_one) return false;
  tokens_ -= 1;
  return true;
}

void RetryBudget::fill(TimePoint now) noexcept {
  const std::chrono::duration<double> passed = now - filled_at_;
  filled_at_ = now;
  tokens_ = std::min(tokens_ + passed.count(), burst_tokens);
}

std::optional<Duration> RetryPlan::next_delay(TimePoint now, Deadline deadline) noexcept {
  if (retry_count_ >= options_.max_retries) return std::nullopt;
  const Duration delay = decorrelated_delay(
      {.initial = options_.min_retry_delay, .max = options_.max_retry_delay}, last_delay_, random_);
  if (deadline.has_passed(now + delay)) return std::nullopt;
  if (!budget_.try_take(now)) return std::nullopt;
  last_delay_ = delay;
  ++retry_count_;
  return delay;
}

}  // namespace nacre
