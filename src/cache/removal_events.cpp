#include "cache/removal_events.hpp"

#include <exception>
#include <utility>

namespace nacre {

RemovalEvents::RemovalEvents(RemovalListener listener, std::shared_ptr<Executor> executor,
                             std::shared_ptr<const Namespaces> namespaces, Logger log,
                             StripedCounter& dropped)
    : listener_(std::move(listener)),
      executor_(std::move(executor)),
      namespaces_(std::move(namespaces)),
      log_(std::move(log)),
      dropped_(dropped) {}

void RemovalEvents::push(RemovedEntry removed) {
  const std::size_t bytes = removed.key.size() + removed.value.payload_bytes();
  {
    MutexLock lock(mutex_);
    const bool is_too_much = !queue_.empty() && queued_bytes_ + bytes > max_queued_bytes;
    if (queue_.size() >= max_queued || is_too_much) {
      dropped_.add();
      return;
    }
    queued_bytes_ += bytes;
    queue_.push_back(std::move(removed));
    if (is_draining_) return;
    is_draining_ = true;
  }
  if (executor_->try_post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->drain();
      }))
    return;
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
      queued_bytes_ = 0;
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
