// That a hit allocates nothing: operator new is counted.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "unit/memory/tier_fixture.hpp"

namespace {

std::atomic<std::uint64_t> allocation_count{0};

void* allocate(std::size_t bytes, std::size_t alignment) {
  allocation_count.fetch_add(1, std::memory_order_relaxed);
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded)) {
    return memory;
  }
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) {
  return allocate(bytes, alignof(std::max_align_t));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace nacre {
namespace {

using AllocationTest = MemoryTierTest;

TEST_F(AllocationTest, a_hit_allocates_nothing) {
  make({.max_bytes = std::size_t{1} << 20});
  put("plain", "one", 10s, 60s);
  put_tagged("tagged", "two", "red");
  const std::uint64_t other_tag = hash_tag(space, "blue", seed);
  const KeyView keys[] = {key("plain"), key("tagged"), key("absent")};
  const FindDone never_called;
  const std::uint64_t before = allocation_count.load();
  for (int round = 0; round < 100; ++round) {
    for (const KeyView& each : keys) {
      TierReply reply;
      ASSERT_TRUE(tier->find(each, Deadline(), reply, never_called));
    }
    // The first marks and the advance of time may allocate; the hits after them may not.
    if (round == 50) {
      const std::uint64_t paused = allocation_count.load();
      marks.mark_tags(space, {&other_tag, 1}, Severity::remove, clock.now());
      clock.advance(20s);
      allocation_count.fetch_sub(allocation_count.load() - paused);
    }
  }
  EXPECT_EQ(allocation_count.load(), before);
  TierReply reply;
  tier->find_now(key("plain"), reply);
  EXPECT_EQ(reply.state, TierReply::State::found);
  EXPECT_EQ(reply.entry.value.bytes(), "one");
}

TEST_F(AllocationTest, the_counter_counts) {
  const std::uint64_t before = allocation_count.load();
  const Value counted = Value::from_bytes("one");
  EXPECT_EQ(allocation_count.load(), before + 1);
}

}  // namespace
}  // namespace nacre
