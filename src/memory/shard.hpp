// One shard: a core behind its lock, worked on in slices.
//
// No lock hold does more than Slice::max_steps of work, and what a slice has removed is reported
// and destroyed before the next one begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/removal.hpp"
#include "memory/shard_core.hpp"
#include "memory/shard_mutex.hpp"

namespace nacre::memory {

/// Thread safe.
class alignas(64) Shard final {
 public:
  Shard(const ShardContext& context, ShardLimits limits, const RemovalSink& sink)
      : sink_(sink), core_(context, limits) {}

  /// True when `entry` was filled.
  bool find(const KeyView& key, TimePoint now, Entry& entry) {
    FindResult result = FindResult::absent;
    {
      ShardLock lock(mutex_);
      result = core_.find(key, now, entry);
    }
    if (result == FindResult::invalid) [[unlikely]]
      discard(key, now);
    return result == FindResult::found;
  }

  /// The tick in `next_tick` is when expire() has something to do next.
  StoreReply store(const KeyView& key, Entry entry, StoreKind kind, TimePoint now, Tick& next_tick);
  bool update(const KeyView& key, const Update& update, TimePoint now, Tick& next_tick);
  std::uint64_t sweep(const Sweep& sweep, TimePoint now, Tick& next_tick);

  /// As ShardCore::list(), to the end or until the page is full.
  std::uint64_t list(const ListFilter& filter, std::uint64_t position, TimePoint now,
                     std::size_t limit, std::vector<Inspection>& page);

  /// What is under `key`, with its value.
  std::optional<Inspection> inspect(const KeyView& key, TimePoint now) {
    ShardLock lock(mutex_);
    return core_.inspect_key(key, now);
  }

  /// Drops what has come to its end, at most `max_slices` slices of it. Returns what next_tick is.
  Tick expire(TimePoint now, std::size_t max_slices);

  /// Adds the figures of this shard to `usage`.
  void add_usage(TierUsage& usage) const;

  void check_invariants() const;

 private:
  void discard(const KeyView& key, TimePoint now);

  const RemovalSink& sink_;
  mutable ShardMutex mutex_;
  ShardCore core_ NACRE_GUARDED_BY(mutex_);
};

}  // namespace nacre::memory
