#include "memory/slab.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <vector>

#include "base/random.hpp"

namespace nacre::memory {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

TEST(Slab, a_node_with_a_key_of_16_bytes_is_one_cache_line) {
  EXPECT_EQ(Slab::slot_bytes(Node::bytes_for(16, false)), 64u);
  Slab slab(mib);
  const Ref ref = slab.allocate(Node::bytes_for(16, false));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slab.at(ref)) % 64, 0u);
}

TEST(Slab, rounding_wastes_little_for_short_keys_and_less_than_a_third_for_any) {
  for (std::size_t bytes = Node::bytes_for(1, false); bytes <= Node::bytes_for(1024, true);
       ++bytes) {
    EXPECT_GE(Slab::slot_bytes(bytes), bytes);
    EXPECT_LE(Slab::slot_bytes(bytes), bytes < 160 ? bytes + 8 : bytes * 4 / 3);
  }
}

TEST(Slab, slots_keep_what_is_written_to_them_whatever_happens_around) {
  Slab slab(16 * mib);
  SeededRandom random(3);
  std::map<Ref, std::pair<std::size_t, char>> live;
  const auto fill = [&](Ref ref, std::size_t bytes, char mark) {
    std::memset(slab.at(ref), mark, bytes);
    ASSERT_TRUE(live.emplace(ref, std::pair(bytes, mark)).second);
  };
  for (int round = 0; round < 50'000; ++round) {
    const bool is_growing = round / 10'000 % 2 == 0;
    if (live.empty() || below(random, 10) < (is_growing ? 7u : 3u)) {
      const std::size_t bytes = 56 + below(random, round % 3 == 0 ? 1'040 : 40);
      const std::size_t promised = slab.resident_bytes() + slab.growth_for(bytes);
      const Ref ref = slab.allocate(bytes);
      ASSERT_NE(ref, 0u);
      ASSERT_LE(slab.resident_bytes(), promised);
      fill(ref, bytes, static_cast<char>(round));
    } else {
      const auto chosen = live.lower_bound(static_cast<Ref>(below(random, live.rbegin()->first)));
      slab.free(chosen->first);
      live.erase(chosen);
    }
    if (round % 64 == 0) {
      slab.evacuate_sparse_page([&](Ref from, Ref to) {
        const auto moved = live.find(from);
        ASSERT_NE(moved, live.end());
        std::memcpy(slab.at(to), slab.at(from), moved->second.first);
        ASSERT_TRUE(live.emplace(to, moved->second).second);
        live.erase(moved);
      });
    }
  }
  for (const auto& [ref, content] : live) {
    for (std::size_t offset = 0; offset < content.first; ++offset) {
      ASSERT_EQ(static_cast<char>(slab.at(ref)[offset]), content.second);
    }
  }
}

TEST(Slab, gives_pages_back_when_all_is_freed) {
  Slab slab(16 * mib);
  std::vector<Ref> refs;
  for (int number = 0; number < 100'000; ++number) refs.push_back(slab.allocate(64));
  const std::size_t full = slab.resident_bytes();
  EXPECT_GE(full, std::size_t{6'400'000});
  for (const Ref ref : refs) slab.free(ref);
  EXPECT_LT(slab.resident_bytes(), full / 20);
}

TEST(Slab, says_so_when_its_range_is_used_up) {
  Slab slab(page_bytes);
  std::size_t count = 0;
  while (slab.allocate(64) != 0) ++count;
  EXPECT_EQ(count, page_bytes / 64);
}

}  // namespace
}  // namespace nacre::memory
