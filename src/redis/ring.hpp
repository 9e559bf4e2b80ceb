// The places of commands that were encoded and whose replies have not come: first in, first out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "redis/call.hpp"

namespace nacre::redis {

/// One command's place. It is kept until its reply has come or the link is lost, also when nobody
/// waits for it any more: that is what keeps replies and commands aligned.
struct Place {
  ReplyHandler handler{};
  TimePoint deadline{};          ///< of the waiter; when nobody waits: of the reply
  TimePoint sent_at{};           ///< when it was encoded, which is not after it was written
  std::uint64_t end_offset = 0;  ///< of its bytes; they begin where those of the place before end
  std::shared_ptr<Cancellation> cancellation{};
  bool is_waited_for = true;
  bool is_ping = false;
  bool is_idempotent = false;
  std::uint8_t sent_count = 0;
};

/// A queue of fixed capacity. Memory is taken by the first push.
class Ring {
 public:
  explicit Ring(std::size_t capacity) noexcept : capacity_(capacity) {}

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  bool is_full() const noexcept { return size_ == capacity_; }

  Place& front() noexcept { return places_[head_]; }
  /// The one that came `index` places after the front.
  Place& operator[](std::size_t index) noexcept { return places_[wrapped(head_ + index)]; }

  /// The new last place, as a popped one was left: every member is to be set. Not when full.
  /// Throws std::bad_alloc, the first time only.
  Place& push() {
    if (places_.empty()) places_.resize(capacity_);
    return places_[wrapped(head_ + size_++)];
  }
  void pop_front() noexcept {
    head_ = wrapped(head_ + 1);
    --size_;
  }

  /// So that the next push() throws nothing. Throws std::bad_alloc.
  void allocate() {
    if (places_.empty()) places_.resize(capacity_);
  }

 private:
  std::size_t wrapped(std::size_t index) const noexcept {
    return index < capacity_ ? index : index - capacity_;
  }

  std::size_t capacity_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  std::vector<Place> places_{};
};

}  // namespace nacre::redis
