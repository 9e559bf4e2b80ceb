// Tells the application's listener of entries that left, on the executor and outside all locks.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/mutex.hpp"
#include "base/striped_counter.hpp"
#include "cache/namespaces.hpp"
#include "nacre/events.hpp"
#include "nacre/executor.hpp"
#include "tier/removed_entry.hpp"

namespace nacre {

/// A bounded queue between the tiers and one RemovalListener. Thread safe. One drain runs at a
/// time, so the listener is called by one thread after the other, in the order of the removals.
/// Once its last owner has let go, the listener is not called for what still waits.
class RemovalEvents final : public std::enable_shared_from_this<RemovalEvents> {
 public:
  /// Enough for the burst of one sweep; a listener that is slower than the cache for longer loses
  /// events, and they are counted.
  static constexpr std::size_t max_queued = 65'536;

  /// Keys and values that wait are memory beside the tier's own limit: a quarter of the default
  /// one.
  static constexpr std::size_t max_queued_bytes = std::size_t{64} << 20;

  /// `namespaces` are those of the entries. `dropped` outlives the calls of push().
  RemovalEvents(RemovalListener listener, std::shared_ptr<Executor> executor,
                std::shared_ptr<const Namespaces> namespaces, Logger log, StripedCounter& dropped);

  void push(RemovedEntry removed);

 private:
  void drain();
  void tell(const RemovedEntry& removed) const;

  const RemovalListener listener_;
  const std::shared_ptr<Executor> executor_;
  const std::shared_ptr<const Namespaces> namespaces_;  ///< outlive the cache while a drain runs
  const Logger log_;
  StripedCounter& dropped_;

  Mutex mutex_;
  std::deque<RemovedEntry> queue_ NACRE_GUARDED_BY(mutex_);
  std::size_t queued_bytes_ NACRE_GUARDED_BY(mutex_) = 0;
  bool is_draining_ NACRE_GUARDED_BY(mutex_) = false;
};

}  // namespace nacre
