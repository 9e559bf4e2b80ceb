#include "base/value_memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstring>

namespace nacre {
namespace {

TEST(ValueMemory, is_aligned_and_writable_on_both_sides_of_the_limit) {
  for (const std::size_t bytes :
       {std::size_t{16}, mapped_value_bytes - 1, mapped_value_bytes, mapped_value_bytes + 1}) {
    void* const memory = allocate_value_memory(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 16, 0u);
    std::memset(memory, 'v', bytes);
    free_value_memory(memory, bytes);
  }
}

TEST(ValueMemory, large_memory_goes_back_to_the_kernel_at_once) {
  void* const memory = allocate_value_memory(mapped_value_bytes);
  unsigned char resident[mapped_value_bytes / 4096] = {};
  EXPECT_EQ(::mincore(memory, mapped_value_bytes, resident), 0);
  free_value_memory(memory, mapped_value_bytes);
  EXPECT_NE(::mincore(memory, mapped_value_bytes, resident), 0);
}

}  // namespace
}  // namespace nacre
