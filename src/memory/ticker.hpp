// Runs expiry on the clock, and only while there is something to expire.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "base/gate.hpp"
#include "base/mutex.hpp"
#include "memory/node_times.hpp"
#include "nacre/clock.hpp"

namespace nacre::memory {

/// One timer that moves to the earliest tick that is wanted. Thread safe. The destructor waits for
/// a run that is going on; it must not be called by one.
class Ticker final {
 public:
  /// Does what is due at the given time and returns the next tick that is wanted. Called on a
  /// thread of the clock, one call at a time.
  using Run = std::function<Tick(TimePoint now)>;

  /// `clock` outlives the ticker.
  Ticker(Clock& clock, TimeScale scale, Run run);
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;
  ~Ticker();

  /// There is something to do at `tick`. Costs one load unless it is earlier than all before.
  void want(Tick tick) {
    // relaxed: arm() looks again under the mutex.
    if (tick < core_->armed_for.load(std::memory_order_relaxed)) arm(core_, tick);
  }

 private:
  /// Shared with the task on the clock, which may come too late.
  struct Core {
    Core(Clock& timer_clock, TimeScale timer_scale, Run task)
        : clock(timer_clock), scale(timer_scale), run(std::move(task)) {}

    Clock& clock;           ///< used only while the gate is open
    const TimeScale scale;  ///< const after construction, as `run`
    const Run run;
    Gate gate{};
    std::atomic<Tick> armed_for{no_tick};  ///< written under `mutex`
    Mutex mutex{};
    TimerId timer NACRE_GUARDED_BY(mutex){};
  };

  static void arm(const std::shared_ptr<Core>& core, Tick tick);
  static void fire(const std::shared_ptr<Core>& core);

  std::shared_ptr<Core> core_;
};

}  // namespace nacre::memory
