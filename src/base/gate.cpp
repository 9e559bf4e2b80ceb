#include "base/gate.hpp"

#include <optional>

#include "base/check.hpp"

namespace nacre {

Gate::Pass Gate::try_enter() noexcept {
  MutexLock lock(mutex_);
  if (is_closed_) return Pass();
  ++active_count_;
  return Pass(this);
}

void Gate::close() noexcept {
  MutexLock lock(mutex_);
  is_closed_ = true;
  if (active_count_ == 0) idle_.set();
}

bool Gate::is_closed() const noexcept {
  MutexLock lock(mutex_);
  return is_closed_;
}

std::size_t Gate::active_count() const noexcept {
  MutexLock lock(mutex_);
  return active_count_;
}

bool Gate::wait_idle(Clock& clock, Deadline deadline) {
  NACRE_CHECK(is_closed());
  return idle_.wait(clock, deadline);
}

void Gate::leave() noexcept {
  // A copy of the signal is set after the lock is left: once it is set the gate may be gone.
  std::optional<Event> idle;
  {
    MutexLock lock(mutex_);
    NACRE_CHECK(active_count_ > 0);
    --active_count_;
    if (is_closed_ && active_count_ == 0) idle = idle_;
  }
  if (idle) idle->set();
}

}  // namespace nacre
