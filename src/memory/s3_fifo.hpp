// Which entry leaves next? S3-FIFO: two queues and a memory of what was dropped.
//
// Yang, Zhang, Qiu, Yue, Rashmi, "FIFO queues are all you need for cache eviction", SOSP 2023. New
// entries go to a small queue of a tenth of the bytes; those hit at least twice before its end move
// to the main queue, the rest are dropped and remembered. Who comes back soon goes to the main
// queue at once. There an entry gets another round for each hit. So a scan passes through the small
// queue without pushing out what is used. A hit only raises a counter of its own.
//
// Weak where the reuse distance is just longer than the small queue and not in the memory: loops a
// bit larger than the cache. It is deterministic: the same operations drop the same entries.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/eviction.hpp"
#include "memory/fifo.hpp"
#include "memory/ghost.hpp"
#include "memory/node.hpp"
#include "memory/slab.hpp"

namespace nacre::memory {

/// The queues of one shard. Not thread safe. A byte figure is what an entry costs in all; callers
/// give the same one when it comes and when it goes.
class S3Fifo final {
 public:
  explicit S3Fifo(const Slab& slab) noexcept : slab_(slab), small_(slab), main_(slab) {}

  /// Counts a hit.
  static void touch(Node& node) noexcept {
    if (node.frequency < Node::max_frequency) node.frequency = (node.frequency + 1u) & 3u;
  }

  /// A new entry.
  void admit(Ref ref, std::size_t bytes, std::uint64_t hash) noexcept;

  /// An entry that takes the place of `old` under the same key.
  void admit_as(Ref ref, std::size_t bytes, bool is_in_main, std::uint32_t frequency) noexcept;

  /// An entry goes, for whatever reason.
  void forget(Ref ref, std::size_t bytes) noexcept { queue_of(ref).remove(ref, bytes); }

  /// An entry was dropped for room.
  void remember(std::uint64_t hash) { ghost_.remember(hash, count()); }

  void relocated(Ref to) noexcept { queue_of(to).relocated(to); }
  void resize(Ref ref, std::size_t from_bytes, std::size_t to_bytes) noexcept {
    queue_of(ref).resize(from_bytes, to_bytes);
  }

  /// The entry to drop, still in its queue; 0 when there is none or `budget` entries were looked
  /// at. An entry for which `is_dead(ref)` holds is chosen where it is met.
  template <class IsDead, class BytesOf>
  Ref choose(std::size_t& budget, IsDead is_dead, BytesOf bytes_of) noexcept;

  std::size_t count() const noexcept { return small_.count() + main_.count(); }
  std::size_t heap_bytes() const noexcept { return ghost_.heap_bytes(); }

 private:
  Node& node(Ref ref) const noexcept { return *reinterpret_cast<Node*>(slab_.at(ref)); }
  Fifo& queue_of(Ref ref) noexcept { return node(ref).is_in_main != 0 ? main_ : small_; }

  /// The small queue is in turn while it has a tenth of the bytes or more.
  bool is_small_in_turn() const noexcept {
    return main_.count() == 0 || small_.bytes() * 9 >= main_.bytes();
  }

  const Slab& slab_;
  Fifo small_;
  Fifo main_;
  Ghost ghost_;
};

inline void S3Fifo::admit(Ref ref, std::size_t bytes, std::uint64_t hash) noexcept {
  admit_as(ref, bytes, ghost_.take(hash), 0);
}

inline void S3Fifo::admit_as(Ref ref, std::size_t bytes, bool is_in_main,
                             std::uint32_t frequency) noexcept {
  node(ref).is_in_main = is_in_main ? 1 : 0;
  node(ref).frequency = frequency & 3u;
  queue_of(ref).push(ref, bytes);
}

template <class IsDead, class BytesOf>
Ref S3Fifo::choose(std::size_t& budget, IsDead is_dead, BytesOf bytes_of) noexcept {
  constexpr std::uint32_t hits_for_main = 2;
  while (budget != 0) {
    --budget;
    const bool is_small = small_.count() != 0 && is_small_in_turn();
    const Ref ref = is_small ? small_.tail() : main_.tail();
    if (ref == 0 || is_dead(ref)) return ref;
    const std::uint32_t frequency = node(ref).frequency;
    if (is_small ? frequency < hits_for_main : frequency == 0) return ref;
    const std::size_t bytes = bytes_of(ref);
    forget(ref, bytes);
    admit_as(ref, bytes, true, is_small ? 0 : frequency - 1);
  }
  return 0;
}

}  // namespace nacre::memory
