#include "tier/breaker.hpp"

#include <algorithm>
#include <bit>

namespace nacre {

bool Breaker::try_pass(TimePoint now) noexcept {
  MutexLock lock(mutex_);
  if (state_ == BreakerState::closed) return true;
  if (now < until_) return false;
  state_ = BreakerState::half_open;
  until_ = now + limits_.probe_timeout;
  return true;
}

bool Breaker::may_pass(TimePoint now) const noexcept {
  MutexLock lock(mutex_);
  return state_ == BreakerState::closed || now >= until_;
}

void Breaker::succeed() noexcept {
  MutexLock lock(mutex_);
  in_a_row_ = 0;
  if (state_ == BreakerState::closed) {
    outcomes_ <<= 1;
    outcomes_count_ = std::min(outcomes_count_ + 1, limits_.window);
    return;
  }
  // A call from before it opened says nothing about now.
  if (state_ == BreakerState::open) return;
  state_ = BreakerState::closed;
  wait_ = limits_.first_wait;
  outcomes_count_ = 0;
}

void Breaker::fail(TimePoint now) noexcept {
  MutexLock lock(mutex_);
  if (state_ == BreakerState::open) return;
  if (state_ == BreakerState::half_open) {
    wait_ = std::min(wait_ * 2, limits_.longest_wait);
    return open(now);
  }
  ++in_a_row_;
  outcomes_ = outcomes_ << 1 | 1;
  outcomes_count_ = std::min(outcomes_count_ + 1, limits_.window);
  const std::uint64_t window =
      limits_.window >= 64 ? outcomes_ : outcomes_ & ((std::uint64_t{1} << limits_.window) - 1);
  const bool is_half_of_window =
      outcomes_count_ == limits_.window &&
      static_cast<std::uint32_t>(std::popcount(window)) >= limits_.failures_in_window;
  if (in_a_row_ >= limits_.failures_in_a_row || is_half_of_window) open(now);
}

void Breaker::open(TimePoint now) noexcept {
  state_ = BreakerState::open;
  until_ = now + wait_;
  in_a_row_ = 0;
  outcomes_ = 0;
  outcomes_count_ = 0;
  ++opened_count_;
}

void Breaker::end_wait() noexcept {
  MutexLock lock(mutex_);
  if (state_ == BreakerState::open) until_ = TimePoint::min();
}

BreakerState Breaker::state() const noexcept {
  MutexLock lock(mutex_);
  return state_;
}

std::uint64_t Breaker::opened_count() const noexcept {
  MutexLock lock(mutex_);
  return opened_count_;
}

}  // namespace nacre
