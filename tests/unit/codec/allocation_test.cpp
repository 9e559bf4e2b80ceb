// How often the heap is asked. Replaces the allocation functions of this program to count.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "nacre/error.hpp"
#include "nacre/json.hpp"
#include "nacre/messagepack.hpp"

namespace {

std::atomic<std::size_t> allocation_count{0};
std::atomic<std::size_t> largest_bytes{0};

void* allocate(std::size_t bytes, std::size_t alignment) {
  ++allocation_count;
  std::size_t seen = largest_bytes;
  while (seen < bytes && !largest_bytes.compare_exchange_weak(seen, bytes)) {
  }
  void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

struct Used {
  std::size_t allocations = 0;
  std::size_t largest_bytes = 0;
};

template <class Action>
Used used_by(Action action) {
  largest_bytes = 0;
  const std::size_t before = allocation_count;
  action();
  return {allocation_count - before, largest_bytes};
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

TEST(Allocation, a_value_takes_one) {
  EXPECT_EQ(used_by([] { make_value(42); }).allocations, 1U);
  EXPECT_EQ(
      used_by([] { Value::from_bytes("a text that no small string could hold"); }).allocations, 1U);
}

TEST(Allocation, a_handle_takes_none) {
  const Value value = make_value(42);

  EXPECT_EQ(used_by([&] {
              const Handle<int> handle(convert<int>(value));
              const Handle<int> copy = handle;
              if (*copy != 42) std::abort();
            }).allocations,
            0U);
}

template <class T>
void expect_refused(std::string_view bytes) {
  EXPECT_THROW(MessagePack<T>::decode(bytes), Error);
}

TEST(Allocation, a_count_that_the_bytes_cannot_hold_takes_nothing) {
  struct Case {
    const char* name;
    std::string_view bytes;
  };
  const Case cases[] = {
      {"array32 of 2^32-1, four bytes left", {"\xDD\xFF\xFF\xFF\xFF\x01\x01\x01\x01", 9}},
      {"array16 of 65535, one byte left", {"\xDC\xFF\xFF\x01", 4}},
      {"map32 of 2^32-1", {"\xDF\xFF\xFF\xFF\xFF\xA1\x61\x01", 8}},
      {"map32 of one more than fits", {"\xDF\x00\x00\x00\x02\xA1\x61\x01", 8}},
      {"str32 of 2^32-1", {"\xDB\xFF\xFF\xFF\xFFtext", 9}},
      {"bin32 of 2^32-1", {"\xC6\xFF\xFF\xFF\xFFtext", 9}},
      {"ext32 of 2^32-1", {"\xC9\xFF\xFF\xFF\xFF\xFFtext", 10}},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const Used used = used_by([&] {
      expect_refused<std::vector<std::uint64_t>>(each.bytes);
      expect_refused<std::map<std::string, int>>(each.bytes);
      expect_refused<std::string>(each.bytes);
      expect_refused<std::vector<std::byte>>(each.bytes);
    });
    // State of the reader, messages and the exception: far below what the counts announce.
    EXPECT_LT(used.largest_bytes, 4096U);
  }
}

TEST(Allocation, room_for_large_elements_waits_until_they_are_there) {
  using Block = std::array<std::uint64_t, 512>;  // 4 KiB each
  // 60,000 elements are announced and possible, one byte each; the first is wrong.
  const std::string bytes = std::string("\xDC\xEA\x60", 3) + std::string(60'000, '\x01');

  EXPECT_LT(used_by([&] { expect_refused<std::vector<Block>>(bytes); }).largest_bytes, 100'000U);
}

TEST(Allocation, what_was_read_has_no_room_to_spare) {
  using Numbers = std::vector<std::uint64_t>;
  const Numbers numbers(100'000, 7);

  EXPECT_EQ(MessagePack<Numbers>::decode(MessagePack<Numbers>::encode(numbers)).capacity(),
            100'000U);
}

TEST(Allocation, the_parts_of_a_json_text_stay_in_proportion) {
  std::string text = "[0";
  for (int index = 0; index < 100'000; ++index) text += ",0";
  text += "]";

  // It is skipped as an unknown member: what is used is the reader's own.
  text = R"({"unknown":)" + text + "}";
  EXPECT_LT(used_by([&] {
              JsonReader in(text);
              in.skip();
            }).largest_bytes,
            12 * text.size());
}

}  // namespace
}  // namespace nacre
