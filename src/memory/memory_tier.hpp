// The memory tier: live values of one process, bounded by bytes and entries.
//
// Keys spread over shards by the top bits of their hash; each shard has a lock, a table, a slab, an
// eviction policy and a timing wheel of its own, and a fixed share of the limits, so the limits
// hold at every instant without anything shared between shards. Every call answers before it
// returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/sequence_point.hpp"
#include "coherence/marks.hpp"
#include "memory/removal.hpp"
#include "memory/shard.hpp"
#include "memory/spaces.hpp"
#include "memory/ticker.hpp"
#include "nacre/clock.hpp"
#include "nacre/memory_options.hpp"
#include "tier/tier.hpp"

namespace nacre {

struct MemoryTierOptions {
  MemoryOptions limits{};

  /// What the hashes of all keys were made with.
  std::uint64_t hash_seed = 0;

  /// Shards are few enough for values of this size, where max_bytes allows it at all.
  std::size_t max_value_bytes = 0;

  /// 0 chooses by limits and cores, as chosen_shard_count() does; else a power of two up to 1024.
  std::size_t shard_count = 0;
};

/// Thread safe. `marks`, `clock` and every Namespace of a key outlive the tier. Values outlive it
/// freely: handles share their ownership.
class MemoryTier final : public Tier {
 public:
  /// Throws Error: internal when the process may not reserve the address space (ulimit -v): about
  /// twice limits.max_bytes.
  MemoryTier(const MemoryTierOptions& options, const Marks& marks, Clock& clock,
             RemovalSink on_removal);
  ~MemoryTier() override;

  /// One shard for each 16 MiB and 8192 entries, a power of two, at most 8 a core: fewer would
  /// contend, more would make each share too small for its policy and for large values. Beyond
  /// 16 GiB a shard there are more.
  static std::size_t chosen_shard_count(const MemoryOptions& limits, std::size_t core_count);

  /// May `text` be a cursor of list()? Empty is one.
  static bool is_cursor(std::string_view text) noexcept;

  TierKind kind() const noexcept override { return TierKind::memory; }

  /// Always answers in `reply`. No allocation; one lock for about 30 ns.
  bool find(const KeyView& key, Deadline deadline, TierReply& reply, const FindDone& done) override;

  /// As find(), without the means to answer later.
  void find_now(const KeyView& key, TierReply& reply) {
    NACRE_SEQUENCE_POINT("memory.find.before");
    const bool is_found = shard_of(key).find(key, clock_.coarse_now(), reply.entry);
    reply.state = is_found ? TierReply::State::found : TierReply::State::absent;
  }

  /// `refused` for more than three quarters of a shard's share.
  void store(const KeyView& key, Entry entry, StoreKind kind, const StoreDone& done) override;
  StoreReply store_now(const KeyView& key, Entry entry, StoreKind kind);

  void update(const KeyView& key, const Update& update, const UpdateDone& done) override;
  bool update_now(const KeyView& key, const Update& update);

  void sweep(const Sweep& sweep, const SweepDone& done) override;

  /// Every key that is there from the first page to the last is listed exactly once. Keys whose
  /// 64-bit hashes are equal come together, even beyond the limit. A pattern that is none matches
  /// nothing.
  void list(const Namespace& space, const KeyQuery& query, const ListDone& done) override;

  TierUsage usage() const override;

  std::size_t shard_count() const noexcept { return shards_.size(); }

  /// Aborts unless the tier is consistent in itself. O(entries), for tests.
  void check_invariants() const;

 private:
  memory::Shard& shard_of(const KeyView& key) const noexcept {
    // Two shifts, because one by 64 is undefined and there may be a single shard.
    return *shards_[key.hash >> 1 >> shard_shift_];
  }
  std::optional<KeyPage> list_page(const Namespace& space, const KeyQuery& query) const;
  memory::Tick expire(TimePoint now);

  Clock& clock_;
  const RemovalSink on_removal_;
  const std::size_t max_bytes_;
  memory::Spaces spaces_;
  const memory::ShardContext context_;
  unsigned shard_shift_ = 0;  // const after construction, as shards_
  std::vector<std::unique_ptr<memory::Shard>> shards_;
  memory::Ticker ticker_;  // last: its runs end before the shards do
};

}  // namespace nacre
