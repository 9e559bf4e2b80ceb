#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <unordered_set>

namespace nacre {
namespace {

TEST(HashBytes, is_xxh3_of_the_published_specification) {
  // XXH3_64bits of nothing with seed 0, as xxHash's own sanity tests publish it.
  EXPECT_EQ(hash_bytes("", 0), 0x2D06800538D394C2U);
}

TEST(HashBytes, the_seed_changes_every_length) {
  std::string text;
  for (int length = 0; length < 600; ++length) {
    EXPECT_EQ(hash_bytes(text, 7), hash_bytes(text, 7));
    EXPECT_NE(hash_bytes(text, 7), hash_bytes(text, 8)) << length;
    text.push_back('a');
  }
}

TEST(HashBytes, keys_that_differ_in_one_bit_differ_in_about_half_of_the_bits) {
  const std::string key = "tenant:1:user:42";
  int flipped = 0;
  int pairs = 0;
  for (std::size_t byte = 0; byte < key.size(); ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit, ++pairs) {
      std::string other = key;
      other[byte] = static_cast<char>(static_cast<unsigned char>(other[byte]) ^ (1U << bit));
      flipped += std::popcount(hash_bytes(key, 1) ^ hash_bytes(other, 1));
    }
  }
  EXPECT_NEAR(static_cast<double>(flipped) / pairs, 32.0, 1.5);
}

TEST(MixBits, does_not_collide_on_small_numbers) {
  std::unordered_set<std::uint64_t> seen;
  for (std::uint64_t number = 0; number < 10'000; ++number) {
    EXPECT_TRUE(seen.insert(mix_bits(number)).second);
  }
}

}  // namespace
}  // namespace nacre
