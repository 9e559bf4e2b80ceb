#include "memory/shard.hpp"

#include <optional>
#include <utility>

#include "base/sequence_point.hpp"

namespace nacre::memory {

StoreReply Shard::store(const KeyView& key, Entry entry, StoreKind kind, TimePoint now,
                        Tick& next_tick) {
  RemovalBatch removed(sink_);
  while (true) {
    std::optional<StoreReply> reply;
    {
      ShardLock lock(mutex_);
      Slice slice{.removed = removed};
      reply = core_.try_store(key, entry, kind, now, slice);
      core_.tidy_up();
      next_tick = core_.next_tick();
    }
    removed.deliver();
    if (reply) return *reply;
  }
}

bool Shard::update(const KeyView& key, const Update& update, TimePoint now, Tick& next_tick) {
  RemovalBatch removed(sink_);
  while (true) {
    std::optional<bool> was_present;
    {
      ShardLock lock(mutex_);
      Slice slice{.removed = removed};
      was_present = core_.try_update(key, update, now, slice);
      core_.tidy_up();
      next_tick = core_.next_tick();
    }
    removed.deliver();
    if (was_present) return *was_present;
  }
}

std::uint64_t Shard::sweep(const Sweep& sweep, TimePoint now, Tick& next_tick) {
  RemovalBatch removed(sink_);
  std::uint64_t swept_count = 0;
  std::uint64_t position = 0;
  do {
    NACRE_SEQUENCE_POINT("memory.sweep.shard");
    {
      ShardLock lock(mutex_);
      Slice slice{.removed = removed};
      position = core_.sweep(sweep, position, now, slice, swept_count);
      core_.tidy_up();
      next_tick = core_.next_tick();
    }
    removed.deliver();
  } while (position != 0);
  return swept_count;
}

std::uint64_t Shard::list(const ListFilter& filter, std::uint64_t position, TimePoint now,
                          std::size_t limit, std::vector<Inspection>& page) {
  while (true) {
    std::size_t steps_left = Slice::max_steps;
    ShardLock lock(mutex_);
    position = core_.list(filter, position, now, limit, steps_left, page);
    if (position == 0 || page.size() >= limit) return position;
  }
}

Tick Shard::expire(TimePoint now, std::size_t max_slices) {
  RemovalBatch removed(sink_);
  Tick next_tick = no_tick;
  for (std::size_t slice_count = 0; slice_count < max_slices; ++slice_count) {
    bool is_spent = false;
    {
      ShardLock lock(mutex_);
      Slice slice{.removed = removed};
      core_.expire(now, slice);
      is_spent = slice.is_spent();
      core_.tidy_up();
      next_tick = core_.next_tick();
    }
    removed.deliver();
    if (!is_spent) break;
  }
  return next_tick;
}

void Shard::discard(const KeyView& key, TimePoint now) {
  RemovalBatch removed(sink_);
  {
    ShardLock lock(mutex_);
    Slice slice{.removed = removed};
    core_.discard(key, now, slice);
    core_.tidy_up();
  }
  removed.deliver();
}

void Shard::add_usage(TierUsage& usage) const {
  ShardLock lock(mutex_);
  usage.entries_count += core_.entries_count();
  usage.bytes += core_.bytes() + (sizeof(*this) - sizeof(core_));
  usage.evicted_count += core_.evicted_count();
  usage.expired_count += core_.expired_count();
}

void Shard::check_invariants() const {
  ShardLock lock(mutex_);
  core_.check_invariants();
}

}  // namespace nacre::memory
