#include "cache/removal_events.hpp"

#include <exception>
#include <utility>

namespace nacre {

RemovalEvents::RemovalEvents(RemovalListener listener, std::shared_ptr<Executor> executor,
                             Logger log, StripedCounter& dropped)
    : listener_(std::move(listener)),
      executor_(std::move(executor)),
      log_(std::move(log)),
      dropped_(dropped) {}

void RemovalEvents::push(RemovedEntry removed) {
  {
    MutexLock lock(mutex_);
    if (queue_.size() >= max_queued) {
      dropped_.add();
      return;
    }
    queue_.push_back(std::move(removed));
    if (is_draining_) return;
    is_draining_ = true;
  }
  if (executor_->try_post([self = shared_from_this()] { self->drain(); })) return;
  MutexLock lock(mutex_);
  // No thread for it now: the next removal tries again.
  is_draining_ = false;
}

void RemovalEvents::drain() {
  for (;;) {
    std::deque<RemovedEntry> batch;
    {
      MutexLock lock(mutex_);
      if (queue_.empty()) {
        is_draining_ = false;
        return;
      }
      batch.swap(queue_);
    }
    for (const RemovedEntry& removed : batch) tell(removed);
  }
}

void RemovalEvents::tell(const RemovedEntry& removed) const {
  try {
    listener_({.namespace_name = removed.space->name,
               .key = removed.key,
               .value = removed.value,
               .reason = removed.reason});
  } catch (const std::exception& failure) {
    log_.warning("removal_listener.threw", "a removal listener threw: {}", failure.what());
  } catch (...) {
    log_.warning("removal_listener.threw", "a removal listener threw no std::exception");
  }
}

}  // namespace nacre
