#include "memory/ticker.hpp"

#include <utility>

#include "base/check.hpp"

namespace nacre::memory {

Ticker::Ticker(Clock& clock, TimeScale scale, Run run)
    : core_(std::make_shared<Core>(clock, scale, std::move(run))) {}

Ticker::~Ticker() {
  core_->gate.close();
  {
    MutexLock lock(core_->mutex);
    if (core_->timer != TimerId{}) static_cast<void>(core_->clock.cancel(core_->timer));
  }
  // A run that was let in ends by itself: it does a bounded amount of work.
  NACRE_CHECK(core_->gate.wait_idle(core_->clock, Deadline()));
}

void Ticker::arm(const std::shared_ptr<Core>& core, Tick tick) {
  const Gate::Pass pass = core->gate.try_enter();
  if (!pass) return;
  MutexLock lock(core->mutex);
  if (tick >= core->armed_for.load(std::memory_order_relaxed)) return;
  if (core->timer != TimerId{}) static_cast<void>(core->clock.cancel(core->timer));
  core->armed_for.store(tick, std::memory_order_relaxed);
  core->timer = core->clock.call_at(begin_of(core->scale, tick), [core] { fire(core); });
}

void Ticker::fire(const std::shared_ptr<Core>& core) {
  const Gate::Pass pass = core->gate.try_enter();
  if (!pass) return;
  {
    MutexLock lock(core->mutex);
    core->timer = TimerId{};
    core->armed_for.store(no_tick, std::memory_order_relaxed);
  }
  const Tick next = core->run(core->clock.now());
  if (next != no_tick) arm(core, next);
}

}  // namespace nacre::memory
