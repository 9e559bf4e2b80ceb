// A one-shot signal that threads wait for with a deadline of a Clock.
//
// With the FakeClock a wait ends when the test moves time past the deadline, so code that blocks
// is tested without waiting for real time.
#pragma once

#include <memory>

#include "nacre/clock.hpp"
#include "nacre/deadline.hpp"

namespace nacre {

/// Set once, stays set. Thread safe. Copies share the signal, so that the one who sets it needs
/// nothing of the one who waits. One allocation.
class Event {
 public:
  Event();

  /// Wakes all who wait, now and later. Idempotent. What was written before is seen by the woken.
  void set() const noexcept;

  bool is_set() const noexcept;

  /// Blocks until set() or until `deadline` has passed on `clock`. True when it is set.
  /// Must not be called on a thread of `clock`. A wait with a deadline costs one timer.
  [[nodiscard]] bool wait(Clock& clock, Deadline deadline) const;

  /// Blocks until set(), however long that takes.
  void wait() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace nacre
