// One entry as the memory tier keeps it: 48 bytes, then the key, then the rare parts.
//
// With a key of 16 bytes a node is exactly one cache line, so a hit touches one line of the table,
// one of the node and one of the value. Everything is guarded by the lock of its shard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "memory/coded_times.hpp"
#include "tier/entry.hpp"
#include "tier/key.hpp"

namespace nacre::memory {

/// Names a node of one shard: its place in the slab in units of 8 bytes. 0 names none. The top bit
/// is never set; lists use it for marks of their own.
using Ref = std::uint32_t;

inline constexpr std::size_t ref_unit_bytes = 8;
inline constexpr Ref max_ref = (Ref{1} << 31) - 1;

/// What only entries with notes have, and those made fresh again after a mark had expired them.
struct NodeExtras {
  NotesRef notes{};
  std::uint64_t checked_epoch = 0;  ///< tag marks up to here are known not to mean this entry
  std::uint64_t settled_epoch = 0;  ///< expiring marks up to here have done their work
};

struct Node {
  static constexpr std::uint32_t max_frequency = 3;

  Value value{};
  std::uint64_t fresh_until : 48;  ///< CodedPoint
  std::uint64_t space : 16;        ///< id of the namespace
  std::uint64_t epoch : 48;        ///< of the stamp; 2^48 - 1 stands for all later ones
  std::uint64_t key_bytes_less_one : 10;
  std::uint64_t has_extras : 1;
  std::uint64_t is_in_main : 1;    ///< which queue of the policy
  std::uint64_t frequency : 2;     ///< hits since the hand passed, at most 3
  std::uint64_t is_unchecked : 1;  ///< as in Entry
  std::uint64_t spare : 1;
  std::uint32_t lifetime = 0;  ///< from loaded_at to fresh_until, coded
  std::uint16_t stale_while_revalidate = 0;
  std::uint16_t stale_if_error = 0;
  Ref queue_next = 0;  ///< towards the tail, which leaves first
  Ref queue_previous = 0;
  Ref timer_next = 0;
  Ref timer_previous = 0;  ///< 0: no timer. Top bit set: head of the slot in the lower bits

  Node() noexcept
      : fresh_until(0),
        space(0),
        epoch(0),
        key_bytes_less_one(0),
        has_extras(0),
        is_in_main(0),
        frequency(0),
        is_unchecked(0),
        spare(0) {}

  static constexpr std::uint64_t coded_epoch(std::uint64_t full) noexcept {
    // Too old an epoch only discards too much; it takes 2^48 invalidations to get here.
    constexpr std::uint64_t last = (std::uint64_t{1} << 48) - 1;
    return full < last ? full : last;
  }

  std::size_t key_bytes() const noexcept { return key_bytes_less_one + std::size_t{1}; }

  std::string_view key() const noexcept {
    return {reinterpret_cast<const char*>(this + 1), key_bytes()};
  }

  NodeExtras* extras() noexcept {
    return has_extras == 0 ? nullptr
                           : std::launder(reinterpret_cast<NodeExtras*>(
                                 reinterpret_cast<std::byte*>(this) + extras_offset(key_bytes())));
  }
  const NodeExtras* extras() const noexcept { return const_cast<Node*>(this)->extras(); }

  const EntryNotes* notes() const noexcept {
    const NodeExtras* rare = extras();
    return rare == nullptr ? nullptr : rare->notes.get();
  }

  std::size_t slot_bytes() const noexcept { return bytes_for(key_bytes(), has_extras != 0); }

  /// Bytes of a node with such a key.
  static constexpr std::size_t bytes_for(std::size_t key_bytes, bool with_extras) noexcept;

  /// Makes a node at `place`, which has bytes_for() bytes.
  static Node* create(void* place, std::string_view key, bool with_extras) noexcept;

  /// Moves a node that lists and table still name by its old place.
  static Node* relocate(void* place, Node& from) noexcept;

  static void destroy(Node& node) noexcept;

 private:
  static constexpr std::size_t extras_offset(std::size_t key_bytes) noexcept;
};

static_assert(sizeof(Node) == 48, "the node and a key of 16 bytes are one cache line");
static_assert(max_key_bytes <= std::size_t{1} << 10, "key_bytes_less_one has 10 bits");
static_assert(alignof(NodeExtras) == ref_unit_bytes && alignof(Node) == ref_unit_bytes);

constexpr std::size_t Node::extras_offset(std::size_t key_bytes) noexcept {
  return (sizeof(Node) + key_bytes + ref_unit_bytes - 1) & ~(ref_unit_bytes - 1);
}

constexpr std::size_t Node::bytes_for(std::size_t key_bytes, bool with_extras) noexcept {
  return extras_offset(key_bytes) + (with_extras ? sizeof(NodeExtras) : 0);
}

inline Node* Node::create(void* place, std::string_view key, bool with_extras) noexcept {
  Node* const node = new (place) Node();
  node->key_bytes_less_one = static_cast<std::uint64_t>(key.size() - 1) & 0x3ff;
  node->has_extras = with_extras ? 1 : 0;
  std::memcpy(static_cast<void*>(node + 1), key.data(), key.size());
  if (with_extras) {
    new (static_cast<std::byte*>(place) + extras_offset(key.size())) NodeExtras();
  }
  return node;
}

inline Node* Node::relocate(void* place, Node& from) noexcept {
  // Key and extras lie behind the node; they go while `from` is whole.
  std::memcpy(static_cast<std::byte*>(place) + sizeof(Node), from.key().data(), from.key_bytes());
  if (NodeExtras* const extras = from.extras()) {
    new (static_cast<std::byte*>(place) + extras_offset(from.key_bytes()))
        NodeExtras(std::move(*extras));
  }
  Node* const node = new (place) Node(std::move(from));
  destroy(from);  // NOLINT(bugprone-use-after-move): what was moved from has to end, too
  return node;
}

inline void Node::destroy(Node& node) noexcept {
  if (NodeExtras* const extras = node.extras()) extras->~NodeExtras();
  node.~Node();
}

}  // namespace nacre::memory
