// An array that grows in place: address space is reserved once, pages come when they are touched.
//
// So a table or a slab never moves when it grows: no copy, no pause, no moment with two of them.
// Huge pages are switched off for it, because one touched byte would then cost 2 MiB of a budget
// that counts 4 KiB.
#pragma once

#include <cstddef>

namespace nacre::memory {

/// What the kernel gives and takes back at a time. 4 KiB on every machine that is supported.
inline constexpr std::size_t page_bytes = 4096;

/// Rounds up to whole pages.
constexpr std::size_t in_pages(std::size_t bytes) noexcept {
  return (bytes + page_bytes - 1) & ~(page_bytes - 1);
}

/// A range of zeroed memory from base() on. Not thread safe.
class AddressRange final {
 public:
  /// Reserves `reserved_bytes`, of which none is usable yet and none costs memory.
  /// Throws Error: internal when the address space is used up (ulimit -v).
  explicit AddressRange(std::size_t reserved_bytes);
  AddressRange(const AddressRange&) = delete;
  AddressRange& operator=(const AddressRange&) = delete;
  ~AddressRange();

  std::byte* base() const noexcept { return base_; }

  /// Makes the first `bytes` usable. False beyond what is reserved, or when the kernel refuses.
  [[nodiscard]] bool try_commit(std::size_t bytes) noexcept {
    return bytes <= committed_bytes_ || try_grow(bytes);
  }

  /// Gives whole pages back to the kernel; they stay usable and read as zero.
  void release(std::size_t offset_bytes, std::size_t bytes) noexcept;

 private:
  bool try_grow(std::size_t bytes) noexcept;

  std::byte* base_ = nullptr;
  std::size_t reserved_bytes_ = 0;
  std::size_t committed_bytes_ = 0;
};

}  // namespace nacre::memory
