// Everything one shard does, without its lock: table, slab, policy and timers working together.
//
// Each entry is one node. The table finds it by hash, the policy queues it, the wheel files it when
// it has an end. What is in use never exceeds the limits: room is made before an entry comes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/glob.hpp"
#include "coherence/marks.hpp"
#include "memory/coded_times.hpp"
#include "memory/node.hpp"
#include "memory/node_times.hpp"
#include "memory/removal.hpp"
#include "memory/s3_fifo.hpp"
#include "memory/slab.hpp"
#include "memory/spaces.hpp"
#include "memory/table.hpp"
#include "memory/timer_wheel.hpp"
#include "tier/freshness.hpp"
#include "tier/tier.hpp"

namespace nacre::memory {

/// What all shards of a tier have in common. Const after construction, but for `spaces`.
struct ShardContext {
  const Marks& marks;
  const Spaces& spaces;
  TimeScale scale;
  std::uint64_t hash_seed = 0;  ///< that of the keys' hashes
};

struct ShardLimits {
  std::size_t max_bytes = 0;
  std::size_t max_entries = 0;      ///< 0: no such limit
  std::size_t max_entry_bytes = 0;  ///< what costs more is refused
};

/// The filters of a KeyQuery, ready for use.
struct ListFilter {
  const Namespace* space = nullptr;
  std::string_view prefix{};
  const Glob* pattern = nullptr;  ///< nullptr: all
  std::optional<EntryState> state{};
};

enum class FindResult : std::uint8_t {
  absent,
  found,
  invalid,  ///< there is an entry that a mark made invalid: discard() it
};

/// Not thread safe: its shard locks. Calls that take a Slice stop when it is spent.
class ShardCore final {
 public:
  ShardCore(const ShardContext& context, ShardLimits limits);
  ShardCore(const ShardCore&) = delete;
  ShardCore& operator=(const ShardCore&) = delete;
  ~ShardCore();

  /// Fills `entry` when there is one of use. No allocation.
  FindResult find(const KeyView& key, TimePoint now, Entry& entry);

  void prefetch(const KeyView& key) const noexcept { table_.prefetch(key.hash); }

  /// Takes out what find() called invalid, unless it has changed.
  void discard(const KeyView& key, TimePoint now, Slice& slice);

  /// Stores `entry`, and moves from it when it says `stored`. nullopt: the slice was spent on
  /// making room; call again.
  std::optional<StoreReply> try_store(const KeyView& key, Entry& entry, StoreKind kind,
                                      TimePoint now, Slice& slice);

  /// True when there was an entry of use. nullopt: as try_store().
  std::optional<bool> try_update(const KeyView& key, const Update& update, TimePoint now,
                                 Slice& slice);

  /// Sweeps from `position` on and returns where to go on; 0 at the end. Adds to `swept_count`.
  std::uint64_t sweep(const Sweep& sweep, std::uint64_t position, TimePoint now, Slice& slice,
                      std::uint64_t& swept_count);

  /// What is under `key`, with its value.
  std::optional<Inspection> inspect_key(const KeyView& key, TimePoint now);

  /// Lists from `position` on until the page has `limit` entries, and returns where to go on; 0 at
  /// the end. Entries whose hashes are equal come on one page, even beyond the limit.
  std::uint64_t list(const ListFilter& filter, std::uint64_t position, TimePoint now,
                     std::size_t limit, std::size_t& steps_left, std::vector<Inspection>& page);

  /// Drops what has come to its end.
  void expire(TimePoint now, Slice& slice);

  /// When expire() has something to do next; no_tick for never.
  Tick next_tick() const noexcept { return wheel_.next_tick(); }

  /// Gives memory back that removals have left scattered. A bounded amount of work.
  void tidy_up();

  std::size_t bytes() const noexcept;
  std::size_t entries_count() const noexcept { return table_.size(); }
  std::uint64_t evicted_count() const noexcept { return evicted_count_; }
  std::uint64_t expired_count() const noexcept { return expired_count_; }

  /// Aborts unless all parts agree with each other. O(entries), for tests.
  void check_invariants() const;

 private:
  struct Cost {
    std::size_t node_bytes = 0;     ///< as asked from the slab
    std::size_t payload_bytes = 0;  ///< value and notes
  };
  struct Seat {
    bool is_in_main = false;
    std::uint32_t frequency = 0;
  };
  enum class Room : std::uint8_t { made, spent, impossible };

  Node& node(Ref ref) const noexcept { return *reinterpret_cast<Node*>(slab_.at(ref)); }
  const Namespace& space_of(const Node& entry) const noexcept {
    return context_.spaces.at(static_cast<std::uint16_t>(entry.space));
  }
  std::uint64_t hash_of(Ref ref) const noexcept;
  Ref find_ref(const KeyView& key) const;

  Verdict judge(Node& entry);
  Verdict judge_marked(Node& entry, const Namespace& space);
  /// What the marks hold to be expired: from when on the last of them said so.
  void settle_mark(Ref ref, TimePoint now);
  void make_expired(Ref ref, TimePoint now, TimePoint since = TimePoint::max());
  std::optional<RemovalReason> death_of(Node& entry, TimePoint now);
  bool is_usable(const Node& entry, TimePoint now) const noexcept;

  static Cost cost_for(const KeyView& key, const Entry& entry) noexcept;
  static std::size_t payload_of(const Node& entry) noexcept;
  static std::size_t weight_of(const Node& entry) noexcept;

  bool fits(const Cost& cost) const noexcept;
  Room make_room(const Cost& cost, TimePoint now, Slice& slice);
  Room evict_one(TimePoint now, Slice& slice);
  std::optional<StoreReply> place(const KeyView& key, Entry& entry, TimePoint now, Slice& slice);
  bool overwrite(Ref ref, Entry& entry, TimePoint now, Slice& slice);
  bool insert(const KeyView& key, Entry& entry, std::optional<Seat> seat, TimePoint now);
  void fill(Ref ref, Entry& entry);
  void drop(Ref ref, RemovalReason reason, Slice& slice);
  void drop_dead(Ref ref, RemovalReason reason, Slice& slice);
  void file(Ref ref, TimePoint now);
  void relocate(Ref from, Ref to);

  /// Does the entry still hold what the hit that slides it was given, and is it fresh?
  bool may_slide(Node& entry, const Update& update, TimePoint now);
  std::optional<bool> extend(const KeyView& key, Ref ref, TimePoint fresh_until, TimePoint now,
                             Slice& slice);
  Ref add_extras(Ref ref);
  bool replace(Ref ref, const Update& update);

  bool passes(const ListFilter& filter, Ref ref, TimePoint now);
  Inspection inspect(const Node& entry, TimePoint now) const;
  std::uint64_t gather(std::uint64_t position);

  const ShardContext& context_;
  const ShardLimits limits_;
  Slab slab_;
  Table table_;
  S3Fifo policy_;
  TimerWheel wheel_;
  std::size_t payload_bytes_ = 0;
  std::uint64_t evicted_count_ = 0;
  std::uint64_t expired_count_ = 0;
  std::vector<Ref> gathered_;  ///< the entries of one bucket, while a walk changes the table
};

inline Ref ShardCore::find_ref(const KeyView& key) const {
  return table_.find(key.hash, [this, &key](Ref ref) {
    const Node& candidate = node(ref);
    return candidate.key() == key.text && candidate.space == key.space->id;
  });
}

inline FindResult ShardCore::find(const KeyView& key, TimePoint now, Entry& entry) {
  const Ref ref = find_ref(key);
  if (ref == 0) return FindResult::absent;
  Node& found = node(ref);
  if (!Marks::is_untouched_since(*key.space, found.epoch)) [[unlikely]] {
    const Verdict verdict = judge_marked(found, *key.space);
    if (verdict == Verdict::invalid) return FindResult::invalid;
    if (verdict == Verdict::expired) settle_mark(ref, now);
  }
  entry.lifetime = lifetime_of(found, context_.scale);
  if (now >= entry.lifetime.fresh_until &&
      freshness_of(entry.lifetime, now) == Freshness::expired) {
    return FindResult::absent;
  }
  S3Fifo::touch(found);
  entry.value = found.value;
  // A stripe count of 0 is that of a stripe that was never touched: the stamp is never too young.
  entry.stamp = {.stripe_count = 0, .epoch = found.epoch};
  entry.is_unchecked = found.is_unchecked != 0;
  const NodeExtras* const extras = found.extras();
  entry.notes = extras == nullptr ? NotesRef() : extras->notes;
  return FindResult::found;
}

}  // namespace nacre::memory
