// What the eviction policy and the engine around it know of each other.
//
// The policy names entries by 32-bit refs and keeps no pointer to them. All it keeps in an entry is
// a tag (where it stands) and what readers leave there: a counter of hits. How these lie in memory
// is the engine's business, behind the accessor below. The policy is called with the shard locked;
// a hit calls nothing at all, but for the few keys that the Sampler follows.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace nacre::memory {

/// Names an entry of one shard; 0 names none. As in node.hpp.
using Ref = std::uint32_t;

/// Where an entry stands: which queue, and the lower bits of its place there. The policy writes it,
/// the engine keeps it and gives it no meaning. Only ever touched under the shard's lock.
using QueueTag = std::uint32_t;
inline constexpr unsigned queue_tag_bits = 18;

/// Hits since the policy last looked, saturating here. A reader adds one unless it is full, without
/// the lock: a lost hit does not matter. The policy reads it and sets it back.
inline constexpr unsigned hits_bits = 3;
inline constexpr std::uint32_t max_hits = (1u << hits_bits) - 1;

/// How long an entry will still be of use, in ticks of the engine's clock.
using TicksLeft = std::uint32_t;
inline constexpr TicksLeft no_ticks_left = 0;
inline constexpr TicksLeft has_no_end = std::numeric_limits<TicksLeft>::max();

/// The engine's side. Cheap to copy (a pointer to the slab, say); each call is O(1) and must not
/// call the policy. Refs are of entries that were admitted and not yet forgotten.
template <class Entries>
concept EvictionEntries =
    requires(const Entries entries, Ref ref, QueueTag tag, std::uint32_t hits) {
      { entries.queue_tag(ref) } -> std::same_as<QueueTag>;
      { entries.set_queue_tag(ref, tag) } -> std::same_as<void>;
      { entries.hits(ref) } -> std::same_as<std::uint32_t>;
      { entries.set_hits(ref, hits) } -> std::same_as<void>;
      /// The seeded hash of its key, the one given to admit(). May be computed anew from the key.
      { entries.hash(ref) } -> std::same_as<std::uint64_t>;
      /// What it takes in all: the figure last given to admit() or resize().
      { entries.bytes(ref) } -> std::same_as<std::size_t>;
      /// What it cost to load, in any unit that is the same for all (microseconds); 0 is unknown.
      { entries.load_cost(ref) } -> std::same_as<std::uint32_t>;
    };

// The policy, for an engine with such entries (adaptive_eviction.hpp):
//
//   AdaptiveEviction<Entries> policy(entries, conductor);
//   policy.admit(ref, bytes, hash);       // a new entry; the accessor must already answer for it
//   policy.admit_as(ref, bytes, seat);    // takes the place of an old one under the same key, with
//                                         // seat = policy.seat_of(old) taken before forget(old)
//   policy.resize(ref, from_bytes, to_bytes);
//   policy.forget(ref, bytes);            // goes, for whatever reason
//   Ref victim = policy.choose(budget, ticks_left_of);  // to drop; still in its queue. 0: none, or
//                                         // the budget of looks is spent. ticks_left_of(ref) may
//                                         // say no_ticks_left: that entry is chosen where it is
//                                         met.
//   policy.remember(hash);                // the victim was dropped for room (not when dead)
//   policy.count(), policy.heap_bytes();
//
// Entries do not move. What all shards of a tier share is the Conductor (conductor.hpp): it watches
// sampled keys and tells all shards which rule to follow. A hit on a key with
// conductor.is_sampled(hash) (one load, a mask and a branch) calls conductor.note_hit(hash, bytes),
// from any thread, without a lock of the shard: lossy, wait-free. Misses come to it by admit().

}  // namespace nacre::memory
