// Bytes that are appended at one end and dropped at the other, contiguous, named by their offset
// from the beginning of all time: what a link has encoded and not yet had answered.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace nacre::redis {

/// One thread at a time. Appending is amortised O(bytes): what is left is moved to the front only
/// when at least as much has been dropped.
class ByteQueue {
 public:
  std::uint64_t begin_offset() const noexcept { return base_ + begin_; }
  std::uint64_t end_offset() const noexcept { return base_ + end_; }
  std::size_t size() const noexcept { return end_ - begin_; }

  /// Room for `size` bytes at the end. Throws std::bad_alloc and changes nothing then.
  char* reserve(std::size_t size) {
    if (capacity_ - end_ < size) make_room(size);
    return bytes_.get() + end_;
  }

  /// The first `size` bytes of what was reserved belong to the queue now.
  void commit(std::size_t size) noexcept { end_ += size; }

  /// The bytes between two offsets that are in the queue. Valid until the next reserve().
  std::string_view view(std::uint64_t from, std::uint64_t to) const noexcept {
    return {bytes_.get() + (from - base_), static_cast<std::size_t>(to - from)};
  }

  /// Forgets what comes before `offset`.
  void drop_before(std::uint64_t offset) noexcept {
    begin_ = static_cast<std::size_t>(offset - base_);
    if (begin_ != end_) return;
    base_ += end_;
    begin_ = end_ = 0;
    if (capacity_ > kept_bytes) {
      bytes_.reset();
      capacity_ = 0;
    }
  }

 private:
  static constexpr std::size_t first_bytes = std::size_t{16} << 10;
  // What one large command has taken beyond this is given back when the queue is empty.
  static constexpr std::size_t kept_bytes = std::size_t{1} << 20;

  void make_room(std::size_t size) {
    const std::size_t used = end_ - begin_;
    if (used + size > capacity_ || used > capacity_ / 2) {
      const std::size_t grown = std::max({first_bytes, 2 * capacity_, used + size});
      auto larger = std::make_unique_for_overwrite<char[]>(grown);
      if (used != 0) std::memcpy(larger.get(), bytes_.get() + begin_, used);
      bytes_ = std::move(larger);
      capacity_ = grown;
    } else {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    }
    base_ += begin_;
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> bytes_{};
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t base_ = 0;  ///< offset of bytes_[0]
};

}  // namespace nacre::redis
