// Which entries have come to their end? A hierarchical timing wheel over the nodes of one shard.
//
// Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 7: six wheels of
// 64 slots, each slot of a wheel as wide as the whole wheel below. Nodes are linked through
// themselves, so filing, moving and cancelling are O(1) and allocate nothing; each node moves down
// at most five times. Bitmaps tell the next slot with something in it, so an idle shard needs no
// ticking.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "memory/node.hpp"
#include "memory/slab.hpp"

namespace nacre::memory {

/// A number of ticks since the origin of the tier's TimeScale.
using Tick = std::uint64_t;

inline constexpr Duration tick_length = std::chrono::milliseconds(250);
inline constexpr Tick no_tick = std::numeric_limits<Tick>::max();

/// Nodes by the tick at which they end. Not thread safe.
class TimerWheel final {
 public:
  explicit TimerWheel(const Slab& slab) noexcept : slab_(slab) {}

  /// Files a node that is not filed. One that is due already comes out at the next advance().
  void add(Ref ref, Tick due) noexcept;

  /// Takes a node out, if it is filed.
  void remove(Ref ref) noexcept;

  /// A node, filed or not, has moved to `to`, its links with it.
  void relocated(Ref to) noexcept;

  /// When advance() has something to do next; no_tick when nothing is filed. May be in the past.
  Tick next_tick() const noexcept;

  /// The present for what is filed from now on, when nothing is filed.
  void start_at(Tick now) noexcept {
    if (count_ == 0 && now > current_) current_ = now;
  }

  /// Moves on to `now`: calls `expire(ref)` for each node whose `due_of(ref)` has come, having
  /// taken it out. Handles at most `budget` nodes and lowers it by each; the rest stays due.
  template <class DueOf, class Expire>
  void advance(Tick now, std::size_t& budget, DueOf due_of, Expire expire);

  std::size_t count() const noexcept { return count_; }

 private:
  static constexpr unsigned slot_bits = 6;
  static constexpr unsigned slots = 1u << slot_bits;
  static constexpr unsigned levels = 6;
  static_assert(TimeScale::never / (tick_length / TimeScale::step) < Tick{1} << slot_bits * levels,
                "every tick of the scale has a slot");
  static constexpr Ref head_flag = Ref{1} << 31;

  Node& node(Ref ref) const noexcept { return *reinterpret_cast<Node*>(slab_.at(ref)); }
  static unsigned slot_at(unsigned level, Tick tick) noexcept {
    return static_cast<unsigned>(tick >> (slot_bits * level)) & (slots - 1);
  }
  unsigned next_slot() const noexcept;

  const Slab& slab_;
  Tick current_ = 0;  ///< everything due before this has come out
  std::size_t count_ = 0;
  std::array<std::uint64_t, levels> occupied_{};
  std::array<Ref, std::size_t{levels} * slots> heads_{};
};

template <class DueOf, class Expire>
void TimerWheel::advance(Tick now, std::size_t& budget, DueOf due_of, Expire expire) {
  while (true) {
    const Tick next = next_tick();
    if (next > now) break;
    if (next > current_) current_ = next;
    const unsigned slot = next_slot();
    while (heads_[slot] != 0) {
      if (budget == 0) return;
      --budget;
      const Ref ref = heads_[slot];
      remove(ref);
      const Tick due = due_of(ref);
      if (due <= current_) {
        expire(ref);
      } else {
        add(ref, due);
      }
    }
  }
  if (now > current_) current_ = now;
}

}  // namespace nacre::memory
