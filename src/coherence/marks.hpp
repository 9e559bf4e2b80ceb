// What was invalidated in this process, and whether a fill or an entry is older than that: the
// heart of P1 and P2.
//
// One counter, the epoch, orders everything that is marked: each invalidation of a tag, a namespace
// or a sweep takes the next epoch and writes it down. A load takes its Stamp before its first step.
// A fill commits only if nothing that concerns it was written down after its stamp; an entry is
// served only on the same condition. So an invalidation is O(1) and nothing has to be found to be
// invalidated. Single keys have no epoch: they bump the counter of their stripe, and a fill
// compares it for equality. Two keys of one stripe cost each other a fill now and then:
// over-discarding is right, resurrecting never is.
//
// A mark is written down before its epoch is published: who has an epoch in its stamp sees the
// marks of that epoch and of all before it. So what a load copies from a farther tier was judged by
// all marks that its stamp claims to know.
//
// Order that callers keep: bump or mark first, then remove from the tier; and so again for each
// tier, the farthest first, so that nothing is copied nearer from a tier that comes later. Tiers
// call judge_fill() under the lock of the commit, and touch the stripe of a direct write under it
// too. Then every interleaving of the two ends without the old value.
//
// Memory is bounded: stripes by construction, tags by max_tags (the oldest are forgotten together
// and what they may have concerned counts as invalid), sweeps by max_sweeps (the same).
//
// Thread safe. stamp_of, touch and is_untouched_since are wait-free; the others take a short lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>

#include "base/mutex.hpp"
#include "tier/entry.hpp"
#include "tier/key.hpp"
#include "tier/tier.hpp"

namespace nacre {

struct MarksLimits {
  std::size_t stripes_count = std::size_t{1} << 18;  ///< a power of two; 4 bytes each
  std::size_t max_tags = std::size_t{1} << 20;       ///< tags remembered as invalidated
  std::size_t max_sweeps = 256;                      ///< sweeps remembered for running loads
};

class Marks final {
 public:
  explicit Marks(MarksLimits limits = {});

  /// The stamp of a load or write that begins now.
  Stamp stamp_of(const KeyView& key) const noexcept {
    // acquire pairs with touch() and publish(): who sees the count sees what led to it.
    return {stripe_of(key).load(std::memory_order_acquire), epoch_.load(std::memory_order_acquire)};
  }

  /// `key` changes now: fills of it that are running are outdated.
  void touch(const KeyView& key) const noexcept {
    stripe_of(key).fetch_add(1, std::memory_order_acq_rel);
  }

  /// Entries with one of these tags are invalid, or stale, from `now` on, which only
  /// matters to what becomes stale. O(tags).
  void mark_tags(const Namespace& space, std::span<const std::uint64_t> tag_hashes,
                 Severity severity, TimePoint now);

  /// All entries of the namespace are invalid, or stale, from `now` on. O(1).
  void mark_space(const Namespace& space, Severity severity, TimePoint now);

  /// Remembers a sweep for the fills that are running and gives it its epoch. The caller then
  /// sweeps the tiers.
  void mark_sweep(Sweep& sweep);

  /// Takes the next epoch without marking anything, and writes it to `divide` before any stamp has
  /// it: what has an older stamp began before.
  void advance(std::atomic<std::uint64_t>& divide);

  /// May a fill or write that began at `stamp` commit? Called under the lock of the commit.
  Verdict judge_fill(const KeyView& key, const Stamp& stamp, StoreKind kind,
                     const EntryNotes* notes) const;

  /// True when no mark of the namespace is newer than `epoch`: the entry is valid without a further
  /// look. One load of a cache line that hits only read.
  static bool is_untouched_since(const Namespace& space, std::uint64_t epoch) noexcept {
    // acquire pairs with the release in mark_tags() and mark_space(): the marks themselves are
    // visible after this.
    return space.newest_mark.load(std::memory_order_acquire) <= epoch;
  }

  /// Is an entry that was filled at `epoch` still valid?
  Verdict judge_entry(const Namespace& space, std::uint64_t epoch, const EntryNotes* notes) const;

  /// When an entry that was filled at `epoch` and is judged expired became so: the time of the last
  /// mark that says it. The end of time when none does.
  TimePoint expired_since(const Namespace& space, std::uint64_t epoch,
                          const EntryNotes* notes) const;

  std::uint64_t epoch() const noexcept { return epoch_.load(std::memory_order_acquire); }

  /// Bytes of this object with all it owns, for the memory budget.
  std::size_t heap_bytes() const;

 private:
  struct TagMark {
    std::uint64_t removed_at = 0;
    std::uint64_t expired_at = 0;
    TimePoint expiry_time{};  ///< when expired_at was marked
  };

  std::atomic<std::uint32_t>& stripe_of(const KeyView& key) const noexcept {
    return stripes_[key.hash & stripe_mask_];
  }
  std::uint64_t coming_epoch() const noexcept NACRE_REQUIRES(marking_mutex_) { return epoch() + 1; }
  void publish(std::uint64_t epoch) noexcept NACRE_REQUIRES(marking_mutex_) {
    // release pairs with the acquire in stamp_of() and epoch().
    epoch_.store(epoch, std::memory_order_release);
  }
  Verdict judge_tags(std::uint64_t epoch, const EntryNotes& notes) const;
  Verdict judge_sweeps(const KeyView& key, std::uint64_t epoch, const EntryNotes* notes) const;
  void forget_oldest_tags() NACRE_REQUIRES(tags_mutex_);

  const MarksLimits limits_;
  const std::uint64_t stripe_mask_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> stripes_;

  /// One mark after the other. Lock order: this one, then tags_mutex_ or sweeps_mutex_.
  Mutex marking_mutex_;
  std::atomic<std::uint64_t> epoch_{1};  ///< written under marking_mutex_, read without it

  mutable SharedMutex tags_mutex_ NACRE_ACQUIRED_AFTER(marking_mutex_);
  std::unordered_map<std::uint64_t, TagMark> tags_ NACRE_GUARDED_BY(tags_mutex_);
  TagMark forgotten_tags_ NACRE_GUARDED_BY(tags_mutex_);  ///< what a forgotten tag counts as

  mutable SharedMutex sweeps_mutex_ NACRE_ACQUIRED_AFTER(marking_mutex_);
  std::deque<Sweep> sweeps_ NACRE_GUARDED_BY(sweeps_mutex_);  ///< oldest first
  std::uint64_t forgotten_sweep_epoch_ NACRE_GUARDED_BY(sweeps_mutex_) = 0;
};

}  // namespace nacre
