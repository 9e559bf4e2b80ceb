#include "memory/address_range.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/check.hpp"
#include "nacre/error.hpp"

namespace nacre::memory {

namespace {

/// At least this much becomes usable at a time: it saves system calls and costs no memory.
constexpr std::size_t min_step_bytes = std::size_t{256} << 10;

}  // namespace

AddressRange::AddressRange(std::size_t reserved_bytes) : reserved_bytes_(in_pages(reserved_bytes)) {
  // PROT_NONE is not counted as committed memory, even where the kernel does not overcommit.
  void* const range = ::mmap(nullptr, reserved_bytes_, PROT_NONE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) {
    throw Error(Errc::internal,
                "cannot reserve " + std::to_string(reserved_bytes_) +
                    " bytes of address space for the memory tier: " + std::strerror(errno));
  }
  base_ = static_cast<std::byte*>(range);
  // Kernels without huge pages refuse this, and then it is not needed.
  static_cast<void>(::madvise(base_, reserved_bytes_, MADV_NOHUGEPAGE));
}

AddressRange::~AddressRange() {
  static_cast<void>(::munmap(base_, reserved_bytes_));
}

bool AddressRange::try_grow(std::size_t bytes) noexcept {
  if (bytes > reserved_bytes_) return false;
  // Doubling keeps the number of system calls logarithmic.
  const std::size_t wanted = std::max({bytes, min_step_bytes, committed_bytes_ * 2});
  const std::size_t target = std::min(in_pages(wanted), reserved_bytes_);
  if (::mprotect(base_ + committed_bytes_, target - committed_bytes_, PROT_READ | PROT_WRITE) !=
      0) {
    return false;
  }
  committed_bytes_ = target;
  return true;
}

void AddressRange::release(std::size_t offset_bytes, std::size_t bytes) noexcept {
  NACRE_CHECK(offset_bytes % page_bytes == 0 && bytes % page_bytes == 0);
  NACRE_CHECK(offset_bytes + bytes <= committed_bytes_);
  NACRE_CHECK(::madvise(base_ + offset_bytes, bytes, MADV_DONTNEED) == 0);
}

}  // namespace nacre::memory
