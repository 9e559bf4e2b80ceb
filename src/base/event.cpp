#include "base/event.hpp"

#include "base/mutex.hpp"

namespace nacre {

struct Event::State {
  Mutex mutex;
  CondVar changed;
  bool is_set NACRE_GUARDED_BY(mutex) = false;
};

Event::Event() : state_(std::make_shared<State>()) {}

void Event::set() const noexcept {
  MutexLock lock(state_->mutex);
  state_->is_set = true;
  state_->changed.notify_all();
}

bool Event::is_set() const noexcept {
  MutexLock lock(state_->mutex);
  return state_->is_set;
}

bool Event::wait(Clock& clock, Deadline deadline) const {
  if (deadline.is_never()) {
    wait();
    return true;
  }
  if (is_set()) return true;
  if (deadline.has_passed(clock.now())) return false;

  // The timer may still run when this call has returned, so it owns all that it touches.
  const auto state = state_;
  const auto has_expired = std::make_shared<bool>(false);  // guarded by state->mutex
  const TimerId timer = clock.call_at(deadline.when(), [state, has_expired] {
    MutexLock lock(state->mutex);
    *has_expired = true;
    state->changed.notify_all();
  });
  bool is_set = false;
  {
    MutexLock lock(state->mutex);
    while (!state->is_set && !*has_expired) state->changed.wait(state->mutex);
    is_set = state->is_set;
  }
  if (is_set) clock.cancel(timer);
  return is_set;
}

void Event::wait() const {
  const auto state = state_;
  MutexLock lock(state->mutex);
  while (!state->is_set) state->changed.wait(state->mutex);
}

}  // namespace nacre
