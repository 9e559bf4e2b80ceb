// A queue of nodes, linked through themselves, with the bytes that stand in it.
#pragma once

#include <cstddef>

#include "memory/node.hpp"
#include "memory/slab.hpp"

namespace nacre::memory {

/// First in, first out, with O(1) removal from the middle. Not thread safe.
class Fifo final {
 public:
  explicit Fifo(const Slab& slab) noexcept : slab_(slab) {}

  Ref tail() const noexcept { return tail_; }
  std::size_t count() const noexcept { return count_; }
  std::size_t bytes() const noexcept { return bytes_; }

  void push(Ref ref, std::size_t bytes) noexcept {
    Node& pushed = node(ref);
    pushed.queue_previous = 0;
    pushed.queue_next = head_;
    (head_ == 0 ? tail_ : node(head_).queue_previous) = ref;
    head_ = ref;
    ++count_;
    bytes_ += bytes;
  }

  void remove(Ref ref, std::size_t bytes) noexcept {
    const Node& removed = node(ref);
    relink(removed, removed.queue_next, removed.queue_previous);
    --count_;
    bytes_ -= bytes;
  }

  /// A node of this queue has moved to `to`, its links with it.
  void relocated(Ref to) noexcept { relink(node(to), to, to); }

  /// A node of this queue costs more or less than before.
  void resize(std::size_t from_bytes, std::size_t to_bytes) noexcept {
    bytes_ += to_bytes - from_bytes;
  }

 private:
  Node& node(Ref ref) const noexcept { return *reinterpret_cast<Node*>(slab_.at(ref)); }

  /// Makes the neighbours of `between` name `for_previous` and `for_next` in its place.
  void relink(const Node& between, Ref for_previous, Ref for_next) noexcept {
    (between.queue_previous == 0 ? head_ : node(between.queue_previous).queue_next) = for_previous;
    (between.queue_next == 0 ? tail_ : node(between.queue_next).queue_previous) = for_next;
  }

  const Slab& slab_;
  Ref head_ = 0;  ///< came last
  Ref tail_ = 0;  ///< came first
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace nacre::memory
