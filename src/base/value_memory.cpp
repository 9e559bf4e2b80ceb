#include "base/value_memory.hpp"

#include <sys/mman.h>

#include <new>

#include "base/check.hpp"

namespace nacre {

namespace {

constexpr std::align_val_t alignment{16};

}  // namespace

void* allocate_value_memory(std::size_t bytes) {
  if (bytes < mapped_value_bytes) return ::operator new(bytes, alignment);
  void* const pages =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  return pages;
}

void free_value_memory(void* memory, std::size_t bytes) noexcept {
  if (bytes < mapped_value_bytes) {
    ::operator delete(memory, alignment);
  } else {
    NACRE_CHECK(::munmap(memory, bytes) == 0);
  }
}

}  // namespace nacre
