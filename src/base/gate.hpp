// How background work ends: stop what is new, wait for what runs, then die.
//
//   if (const Gate::Pass pass = gate_.try_enter()) { ... }   // the work
//   gate_.close(); gate_.wait_idle(clock, deadline);         // the shutdown
#pragma once

#include <cstddef>
#include <utility>

#include "base/event.hpp"
#include "base/mutex.hpp"
#include "nacre/clock.hpp"
#include "nacre/deadline.hpp"

namespace nacre {

/// Counts work that runs, until closed. Thread safe. Must outlive its passes, and may be destroyed
/// as soon as wait_idle() returned true. About 6 ns to enter and as much to leave, ten times that
/// when threads meet: for work that costs microseconds, not for a hit.
class Gate {
 public:
  /// Leave to work while it lives. Movable; false when the gate was closed.
  class [[nodiscard]] Pass {
   public:
    Pass() noexcept = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      if (this != &other) {
        leave();
        gate_ = std::exchange(other.gate_, nullptr);
      }
      return *this;
    }
    ~Pass() { leave(); }

    explicit operator bool() const noexcept { return gate_ != nullptr; }

    /// Gives the pass back early. Idempotent.
    void leave() noexcept {
      if (Gate* gate = std::exchange(gate_, nullptr)) gate->leave();
    }

   private:
    friend class Gate;
    explicit Pass(Gate* gate) noexcept : gate_(gate) {}

    Gate* gate_ = nullptr;
  };

  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// A pass, or an empty one once the gate is closed.
  Pass try_enter() noexcept;

  /// No pass is given from now on. Idempotent. Does not wait.
  void close() noexcept;

  bool is_closed() const noexcept;

  /// How many passes are out.
  std::size_t active_count() const noexcept;

  /// Blocks until the last pass is back or `deadline` has passed; true when all are back.
  /// The gate must be closed, and the caller must not hold a pass.
  [[nodiscard]] bool wait_idle(Clock& clock, Deadline deadline);

 private:
  void leave() noexcept;

  mutable Mutex mutex_;
  std::size_t active_count_ NACRE_GUARDED_BY(mutex_) = 0;
  bool is_closed_ NACRE_GUARDED_BY(mutex_) = false;
  Event idle_;  // const after construction; set when closed and the last pass is back
};

}  // namespace nacre
