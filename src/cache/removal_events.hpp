// Tells the application's listener of entries that left, on the executor and outside all locks.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/mutex.hpp"
#include "base/striped_counter.hpp"
#include "nacre/events.hpp"
#include "nacre/executor.hpp"
#include "tier/removed_entry.hpp"

namespace nacre {

/// A bounded queue between the tiers and one RemovalListener. Thread safe. One drain runs at a
/// time, so the listener is called by one thread after the other, in the order of the removals.
class RemovalEvents final : public std::enable_shared_from_this<RemovalEvents> {
 public:
  /// Enough for the burst of one sweep; a listener that is slower than the cache for longer loses
  /// events, and they are counted.
  static constexpr std::size_t max_queued = 65'536;

  RemovalEvents(RemovalListener listener, std::shared_ptr<Executor> executor, Logger log,
                StripedCounter& dropped);

  void push(RemovedEntry removed);

 private:
  void drain();
  void tell(const RemovedEntry& removed) const;

  const RemovalListener listener_;
  const std::shared_ptr<Executor> executor_;
  const Logger log_;
  StripedCounter& dropped_;

  Mutex mutex_;
  std::deque<RemovedEntry> queue_ NACRE_GUARDED_BY(mutex_);
  bool is_draining_ NACRE_GUARDED_BY(mutex_) = false;
};

}  // namespace nacre
