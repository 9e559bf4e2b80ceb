// That the limits of the memory tier hold, in its own books and in those of the kernel.
#include <unistd.h>

#include <fstream>
#include <string>

#include "base/random.hpp"
#include "unit/memory/tier_fixture.hpp"

namespace nacre {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif
#else
constexpr bool is_sanitized = false;
#endif

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

using LimitsTest = MemoryTierTest;

TEST_F(LimitsTest, P11_bytes_stay_below_the_limit_whatever_comes_in) {
  make({.max_bytes = 2 * mib});
  SeededRandom random(1);
  for (int round = 0; round < 30'000; ++round) {
    const std::size_t bytes = below(random, std::uint64_t{1} << below(random, 17));
    put("k" + std::to_string(below(random, 3'000)), std::string(bytes, 'v'));
    const TierUsage usage = tier->usage();
    ASSERT_LE(usage.bytes, usage.max_bytes);
    if (round % 1000 == 0) tier->check_invariants();
  }
  EXPECT_GT(tier->usage().evicted_count, 1'000u);
  EXPECT_GT(tier->usage().bytes, 2 * mib * 85 / 100);
}

TEST_F(LimitsTest, P11_resident_memory_stays_near_the_limit_under_churn) {
  constexpr std::size_t limit = 64 * mib;
  constexpr int rounds_count = is_sanitized ? 12'000 : 120'000;  // ten times as slow
  SeededRandom random(2);
  const std::string large(mib, 'v');
  const std::size_t before = resident_bytes();
  make({.max_bytes = limit}, 2);
  removed.reserve(1);
  std::size_t most = 0;
  for (int round = 0; round < rounds_count; ++round) {
    // 10 bytes to 1 MiB, each power of two as likely as the others.
    const std::size_t bytes = 10 + below(random, std::uint64_t{1} << (4 + below(random, 17)));
    put("k" + std::to_string(below(random, 50'000)), std::string_view(large).substr(0, bytes));
    removed.clear();
    ASSERT_LE(tier->usage().bytes, limit);
    if (round % 500 == 0) most = std::max(most, resident_bytes() - before);
  }
  EXPECT_GT(tier->usage().evicted_count, static_cast<std::uint64_t>(rounds_count) / 12);
  // What malloc cannot use of what was freed comes on top; and one slice on its way out.
  // A sanitizer's own memory hides what is measured.
  if (!is_sanitized) {
    EXPECT_LT(most, limit + limit / 10);
  }
  RecordProperty("most_bytes", static_cast<int>(most));
}

TEST_F(LimitsTest, entries_stay_at_or_below_the_limit_and_come_near_it) {
  make({.max_bytes = 64 * mib, .max_entries = 1'000});
  EXPECT_EQ(tier->shard_count(), 1u);
  for (int number = 0; number < 5'000; ++number) {
    put("k" + std::to_string(number), "v");
    ASSERT_LE(tier->usage().entries_count, 1'000u);
  }
  EXPECT_EQ(tier->usage().entries_count, 1'000u);
  make({.max_bytes = 64 * mib, .max_entries = 20'000}, 2);
  for (int number = 0; number < 60'000; ++number) put("k" + std::to_string(number), "v");
  EXPECT_EQ(tier->usage().entries_count, 20'000u);
}

TEST_F(LimitsTest, one_entry_is_a_limit_too) {
  make({.max_bytes = mib, .max_entries = 1});
  put("a", "one");
  put("b", "two");
  EXPECT_FALSE(has("a"));
  EXPECT_TRUE(has("b"));
}

TEST_F(LimitsTest, other_sizes_find_room_after_a_cache_full_of_small_ones) {
  make({.max_bytes = 4 * mib});
  for (int number = 0; number < 60'000; ++number) put("k" + std::to_string(number), "v");
  const std::size_t small_count = tier->usage().entries_count;
  EXPECT_GT(small_count, 25'000u);
  // Long keys with large values: nodes of another size, values of another size.
  for (int number = 0; number < 2'000; ++number) {
    put(std::to_string(number) + std::string(500, 'k'), std::string(10'000, 'v'));
  }
  tier->check_invariants();
  std::size_t large_bytes = 0;
  for (int number = 0; number < 2'000; ++number) {
    if (has(std::to_string(number) + std::string(500, 'k'))) large_bytes += 10'500;
  }
  EXPECT_GT(large_bytes, 4 * mib * 85 / 100);
  // And back again.
  for (int number = 0; number < 90'000; ++number) put("n" + std::to_string(number), "v");
  EXPECT_GT(tier->usage().entries_count, small_count * 9 / 10);
  tier->check_invariants();
}

TEST_F(LimitsTest, pages_that_became_sparse_serve_others) {
  make({.max_bytes = 4 * mib});
  for (int number = 0; number < 20'000; ++number) put("k" + std::to_string(number), "v");
  const std::size_t full = tier->usage().bytes;
  for (int number = 0; number < 20'000; ++number) {
    if (number % 5 != 0) tier->update_now(key("k" + std::to_string(number)), {});
  }
  tier->check_invariants();
  EXPECT_EQ(tier->usage().entries_count, 4'000u);
  EXPECT_LT(tier->usage().bytes, full * 45 / 100);
  for (int number = 0; number < 20'000; ++number) {
    EXPECT_EQ(has("k" + std::to_string(number)), number % 5 == 0);
  }
}

TEST_F(LimitsTest, hostile_keys_are_only_keys) {
  make({.max_bytes = 4 * mib});
  const std::vector<std::string> keys = {
      std::string(1, '\x7f'),       std::string(1024, 'k'),
      std::string(1023, 'k') + "l", std::string("a\0b", 3),
      std::string("a\0c", 3),       "a",
      std::string(16, '\xff'),      "user:1:" + std::string(1000, '*')};
  for (const std::string& text : keys) EXPECT_EQ(put(text, text), StoreReply::stored);
  for (const std::string& text : keys) {
    TierReply reply;
    tier->find_now(key(text), reply);
    ASSERT_EQ(reply.state, TierReply::State::found);
    EXPECT_EQ(reply.entry.value.bytes(), text);
  }
  // Keys that differ in one bit only, as many as two tables.
  for (int number = 0; number < 4'096; ++number) {
    std::string text(64, 'k');
    for (int bit = 0; bit < 12; ++bit) text[bit] = (number >> bit & 1) != 0 ? 'K' : 'k';
    ASSERT_EQ(put(text, "v"), StoreReply::stored);
  }
  tier->check_invariants();
}

TEST_F(LimitsTest, a_scan_does_not_push_out_what_is_used) {
  make({.max_bytes = 64 * mib, .max_entries = 1'000});
  for (int round = 0; round < 4; ++round) {
    for (int number = 0; number < 500; ++number) {
      const std::string text = "hot" + std::to_string(number);
      if (!has(text)) put(text, "v");
    }
  }
  for (int number = 0; number < 20'000; ++number) put("scan" + std::to_string(number), "v");
  int survivors = 0;
  for (int number = 0; number < 500; ++number) survivors += has("hot" + std::to_string(number));
  EXPECT_EQ(survivors, 500);
}

TEST_F(LimitsTest, what_has_ended_or_was_hidden_goes_before_what_is_of_use) {
  make({.max_bytes = 64 * mib, .max_entries = 1'000});
  for (int number = 0; number < 500; ++number) put("old" + std::to_string(number), "v");
  marks.mark_space(space, Severity::remove, clock.now());
  for (int number = 0; number < 900; ++number) put("new" + std::to_string(number), "v");
  EXPECT_EQ(tier->usage().evicted_count, 0u);
  EXPECT_GE(removed_for(RemovalReason::cleared), 400u);
  int survivors = 0;
  for (int number = 0; number < 900; ++number) survivors += has("new" + std::to_string(number));
  EXPECT_EQ(survivors, 900);
}

}  // namespace
}  // namespace nacre
