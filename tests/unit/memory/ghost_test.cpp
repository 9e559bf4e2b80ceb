#include "memory/ghost.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"

namespace nacre::memory {
namespace {

TEST(Ghost, remembers_about_as_many_as_there_are_entries_and_forgets_the_oldest) {
  Ghost ghost;
  constexpr std::uint64_t count = 4096;
  for (std::uint64_t number = 0; number < 4 * count; ++number) {
    ghost.remember(mix_bits(number), count);
  }
  std::size_t young = 0;
  std::size_t old = 0;
  for (std::uint64_t number = 0; number < count / 2; ++number) {
    old += ghost.take(mix_bits(number)) ? 1 : 0;
    young += ghost.take(mix_bits(4 * count - 1 - number)) ? 1 : 0;
  }
  EXPECT_GT(young, count / 2 * 9 / 10);
  EXPECT_LT(old, count / 2 / 100);
  EXPECT_EQ(ghost.heap_bytes(), count * 2);
}

TEST(Ghost, a_hash_is_taken_once) {
  Ghost ghost;
  EXPECT_FALSE(ghost.take(mix_bits(1)));
  ghost.remember(mix_bits(1), 1);
  EXPECT_TRUE(ghost.take(mix_bits(1)));
  EXPECT_FALSE(ghost.take(mix_bits(1)));
}

TEST(Ghost, keeps_what_it_knows_while_it_grows_and_shrinks_with_the_shard) {
  Ghost ghost;
  ghost.remember(mix_bits(1), 64);
  ghost.remember(mix_bits(2), 100'000);
  EXPECT_TRUE(ghost.take(mix_bits(1)));
  EXPECT_GT(ghost.heap_bytes(), 128u);
  for (int round = 0; round < 40; ++round) ghost.remember(mix_bits(3), 64);
  EXPECT_LE(ghost.heap_bytes(), 512u);
}

}  // namespace
}  // namespace nacre::memory
