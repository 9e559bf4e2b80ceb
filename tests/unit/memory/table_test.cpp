#include "memory/table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <unordered_map>

#include "base/hash.hpp"
#include "base/random.hpp"

namespace nacre::memory {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

// The reference of a number is the number, its hash is mixed from it.
std::uint64_t hash_of(Ref ref) {
  return mix_bits(ref);
}

bool has(const Table& table, Ref ref) {
  return table.find(hash_of(ref), [ref](Ref other) { return other == ref; }) == ref;
}

TEST(WalkPosition, reverses_the_bits) {
  EXPECT_EQ(walk_position(1), std::uint64_t{1} << 63);
  EXPECT_EQ(walk_position(walk_position(0x0123456789abcdef)), 0x0123456789abcdefu);
}

TEST(Table, finds_what_is_in_it_while_it_grows_and_shrinks) {
  Table table(64 * mib);
  constexpr Ref count = 200'000;
  for (Ref ref = 1; ref <= count; ++ref) {
    const std::size_t promised = table.resident_bytes() + table.growth_for_insert();
    ASSERT_TRUE(table.insert(hash_of(ref), ref, hash_of));
    ASSERT_LE(table.resident_bytes(), promised + 256);
  }
  EXPECT_EQ(table.size(), count);
  for (Ref ref = 1; ref <= 2 * count; ++ref) ASSERT_EQ(has(table, ref), ref <= count);
  for (Ref ref = 1; ref <= count; ++ref) {
    if (ref % 16 != 0) table.erase(hash_of(ref), ref);
    while (table.merge_if_sparse(hash_of)) {
    }
  }
  for (Ref ref = 1; ref <= count; ++ref) ASSERT_EQ(has(table, ref), ref % 16 == 0);
}

TEST(Table, takes_less_than_nine_bytes_an_entry_and_gives_them_back) {
  Table table(64 * mib);
  for (Ref ref = 1; ref <= 400'000; ++ref) {
    ASSERT_TRUE(table.insert(hash_of(ref), ref, hash_of));
    if (ref > 20'000) {
      ASSERT_LT(table.resident_bytes(), ref * std::size_t{9} + 8 * page_bytes);
    }
  }
  for (Ref ref = 1; ref <= 400'000; ++ref) {
    table.erase(hash_of(ref), ref);
    table.merge_if_sparse(hash_of);
  }
  EXPECT_LT(table.resident_bytes(), mib);
}

TEST(Table, holds_many_entries_of_one_hash) {
  Table table(mib);
  const auto one_hash = [](Ref) { return std::uint64_t{5}; };
  for (Ref ref = 1; ref <= 1'000; ++ref) ASSERT_TRUE(table.insert(5, ref, one_hash));
  for (Ref ref = 1; ref <= 1'000; ++ref) {
    EXPECT_EQ(table.find(5, [ref](Ref other) { return other == ref; }), ref);
  }
  for (Ref ref = 1'000; ref >= 1; --ref) table.erase(5, ref);
  EXPECT_EQ(table.size(), 0u);
}

TEST(Table, a_renamed_entry_is_found_by_its_new_name) {
  Table table(mib);
  ASSERT_TRUE(table.insert(5, 7, hash_of));
  table.rename(5, 7, 8);
  EXPECT_EQ(table.find(5, [](Ref) { return true; }), 8u);
}

TEST(Table, a_walk_in_pieces_meets_all_that_stay_once_while_the_table_changes) {
  Table table(64 * mib);
  constexpr Ref stays = 3'000;
  for (Ref ref = 1; ref <= stays; ++ref) ASSERT_TRUE(table.insert(hash_of(ref), ref, hash_of));
  for (const bool is_growing : {true, false}) {
    std::unordered_map<Ref, int> met;
    Ref changing = stays + 1;
    std::uint64_t position = 0;
    do {
      const std::uint64_t from = position;
      position = table.walk(position, [&](Ref ref) {
        if (walk_position(hash_of(ref)) >= from) ++met[ref];
      });
      for (int step = 0; step < 100; ++step, ++changing) {
        if (is_growing && changing > 40'000) break;
        if (is_growing) {
          ASSERT_TRUE(table.insert(hash_of(changing), changing, hash_of));
        } else if (has(table, changing)) {
          table.erase(hash_of(changing), changing);
          table.merge_if_sparse(hash_of);
        }
      }
    } while (position != 0);
    for (Ref ref = 1; ref <= stays; ++ref) ASSERT_EQ(met[ref], 1) << ref;
  }
}

}  // namespace
}  // namespace nacre::memory
