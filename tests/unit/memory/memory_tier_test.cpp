#include "memory/memory_tier.hpp"

#include "unit/memory/tier_fixture.hpp"

namespace nacre {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

TEST_F(MemoryTierTest, shards_follow_the_limits_and_the_cores) {
  EXPECT_EQ(MemoryTier::chosen_shard_count({.max_bytes = mib}, 64), 1u);
  EXPECT_EQ(MemoryTier::chosen_shard_count({.max_bytes = 256 * mib}, 2), 16u);
  EXPECT_EQ(MemoryTier::chosen_shard_count({.max_bytes = 4096 * mib}, 2), 16u);
  EXPECT_EQ(MemoryTier::chosen_shard_count({.max_bytes = 4096 * mib}, 64), 256u);
  EXPECT_EQ(MemoryTier::chosen_shard_count({.max_bytes = 256 * mib, .max_entries = 16'000}, 64),
            1u);
  EXPECT_EQ(MemoryTier::chosen_shard_count({.max_bytes = 256 * mib, .max_entries = 100'000}, 64),
            8u);
  EXPECT_EQ(MemoryTier::chosen_shard_count({.max_bytes = std::size_t{1} << 40}, 1), 64u);
}

TEST_F(MemoryTierTest, a_removed_entry_is_reported_with_key_value_and_reason) {
  make({.max_bytes = mib});
  put("a", "one");
  tier->update_now(key("a"), {.kind = Update::Kind::remove});
  ASSERT_EQ(removed.size(), 1u);
  EXPECT_EQ(removed[0].space, &space);
  EXPECT_EQ(removed[0].key, "a");
  EXPECT_EQ(removed[0].value.bytes(), "one");
  EXPECT_EQ(removed[0].reason, RemovalReason::removed);
}

TEST_F(MemoryTierTest, a_replaced_entry_is_reported_with_the_old_value) {
  make({.max_bytes = mib});
  put("a", "one");
  put("a", "two");
  put_tagged("a", "three", "red");
  ASSERT_EQ(removed.size(), 2u);
  EXPECT_EQ(removed[0].value.bytes(), "one");
  EXPECT_EQ(removed[1].value.bytes(), "two");
  EXPECT_EQ(removed_for(RemovalReason::replaced), 2u);
}

TEST_F(MemoryTierTest, entries_hidden_by_marks_are_reported_as_cleared_or_removed) {
  make({.max_bytes = mib});
  put_tagged("a", "one", "red");
  const std::uint64_t red = hash_tag(space, "red", seed);
  marks.mark_tags(space, {&red, 1}, Severity::remove, clock.now());
  EXPECT_FALSE(has("a"));
  EXPECT_EQ(removed_for(RemovalReason::removed), 1u);
  put("b", "two");
  marks.mark_space(space, Severity::remove, clock.now());
  EXPECT_FALSE(has("b"));
  EXPECT_EQ(removed_for(RemovalReason::cleared), 1u);
  EXPECT_EQ(tier->usage().entries_count, 0u);
}

TEST_F(MemoryTierTest, swept_entries_are_reported_as_removed) {
  make({.max_bytes = mib});
  for (int number = 0; number < 100; ++number) put("user:" + std::to_string(number), "one");
  Sweep sweep{.space = &space, .matches = [](std::string_view, const EntryNotes*) { return true; }};
  marks.mark_sweep(sweep);
  tier->sweep(sweep, [](std::uint64_t count) { EXPECT_EQ(count, 100u); });
  EXPECT_EQ(removed_for(RemovalReason::removed), 100u);
}

TEST_F(MemoryTierTest, the_sink_may_use_the_tier) {
  int calls = 0;
  tier = std::make_unique<MemoryTier>(
      MemoryTierOptions{.limits = {.max_bytes = mib}, .hash_seed = seed}, marks, clock,
      [this, &calls](RemovedEntry entry) {
        ++calls;
        if (entry.key == "a") put("b", "two");
      });
  put("a", "one");
  tier->update_now(key("a"), {.kind = Update::Kind::remove});
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(has("b"));
}

TEST_F(MemoryTierTest, ended_entries_give_their_memory_back_within_a_second_untouched) {
  make({.max_bytes = 16 * mib}, 4);
  const std::size_t empty = tier->usage().bytes;
  for (int number = 0; number < 10'000; ++number) {
    put("user:" + std::to_string(number), std::string(200, 'v'), 5s + number * 1ms, 2s);
  }
  clock.advance(7s);
  EXPECT_GT(tier->usage().entries_count, 9'000u);
  clock.advance(11s);
  EXPECT_EQ(tier->usage().entries_count, 0u);
  EXPECT_EQ(tier->usage().expired_count, 10'000u);
  EXPECT_EQ(removed_for(RemovalReason::expired), 10'000u);
  EXPECT_LT(tier->usage().bytes, empty + 512 * 1024);
  tier->check_invariants();
}

TEST_F(MemoryTierTest, an_entry_that_is_extended_outlives_its_first_end) {
  make({.max_bytes = mib});
  put("a", "one", 10s);
  tier->update_now(key("a"), {.kind = Update::Kind::extend, .fresh_until = clock.now() + 1h});
  clock.advance(59min);
  EXPECT_TRUE(has("a"));
  clock.advance(1min + 1s);
  EXPECT_EQ(tier->usage().entries_count, 0u);
}

TEST_F(MemoryTierTest, the_clock_is_left_alone_while_nothing_can_expire) {
  make({.max_bytes = mib});
  EXPECT_EQ(clock.pending_timer_count(), 0u);
  put("a", "one", 10s);
  EXPECT_EQ(clock.pending_timer_count(), 1u);
  for (int number = 0; number < 100; ++number) put("b" + std::to_string(number), "one", 20s);
  EXPECT_EQ(clock.pending_timer_count(), 1u);
  clock.advance(30s);
  EXPECT_EQ(clock.pending_timer_count(), 0u);
}

TEST_F(MemoryTierTest, its_end_stops_the_timer) {
  make({.max_bytes = mib});
  put("a", "one", 10s);
  tier.reset();
  EXPECT_EQ(clock.pending_timer_count(), 0u);
  clock.advance(20s);
}

TEST_F(MemoryTierTest, values_outlive_the_tier) {
  make({.max_bytes = mib});
  put("a", "one");
  TierReply reply;
  tier->find_now(key("a"), reply);
  tier.reset();
  EXPECT_EQ(reply.entry.value.bytes(), "one");
}

TEST_F(MemoryTierTest, a_value_above_three_quarters_of_a_shard_is_refused_and_what_is_there_stays) {
  make({.max_bytes = mib});
  put("a", "old");
  EXPECT_EQ(put("b", std::string(600 * 1024, 'v')), StoreReply::stored);
  EXPECT_EQ(put("a", std::string(800 * 1024, 'v')), StoreReply::refused);
  EXPECT_TRUE(has("a"));
  EXPECT_TRUE(has("b"));
  EXPECT_TRUE(removed.empty());
}

TEST_F(MemoryTierTest, a_hit_slides_only_the_value_it_was_given_and_only_while_that_is_fresh) {
  make({.max_bytes = mib});
  const auto look = [&] {
    TierReply reply;
    tier->find_now(key("a"), reply);
    return reply.entry;
  };
  const auto slide = [&](const Value& given) {
    tier->update_now(
        key("a"),
        {.kind = Update::Kind::extend, .fresh_until = clock.now() + 10s, .expected = given});
    return look().lifetime.fresh_until - clock.now();
  };
  put("a", "one", 10s, 60s);
  const Value one = look().value;
  clock.advance(4s);
  EXPECT_EQ(slide(one), 10s);
  put("a", "two", 3s, 60s);
  const Value two = look().value;
  EXPECT_EQ(slide(one), 3s) << "another value has come";
  tier->update_now(key("a"), {.kind = Update::Kind::expire});
  EXPECT_LE(slide(two), 0s) << "it was expired meanwhile";
}

TEST_F(MemoryTierTest, one_key_can_be_looked_at_with_its_value_and_its_cost) {
  make({.max_bytes = mib});
  put("a", "one");
  put("ab", "two");
  std::optional<KeyPage> page;
  tier->list(space, {.key = "a"}, [&page](std::optional<KeyPage> said) { page = std::move(said); });
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 1u);
  EXPECT_EQ(page->entries[0].value.bytes(), "one");
  EXPECT_GT(page->entries[0].entry_bytes, page->entries[0].payload_bytes);
  tier->list(space, {.key = "b"}, [&page](std::optional<KeyPage> said) { page = std::move(said); });
  EXPECT_TRUE(page->entries.empty());
}

TEST_F(MemoryTierTest, has_few_enough_shards_for_the_largest_value) {
  const MemoryTierOptions options{
      .limits = {.max_bytes = 256 * mib}, .hash_seed = seed, .max_value_bytes = 16 * mib};
  MemoryTier roomy(options, marks, clock, {});
  EXPECT_LE(roomy.shard_count(), 8u);
  Entry entry;
  entry.value = Value::from_bytes(std::string(16 * mib, 'v'));
  entry.lifetime = {.loaded_at = clock.now(), .fresh_until = clock.now() + std::chrono::hours(1)};
  entry.stamp = marks.stamp_of(key("a"));
  EXPECT_EQ(roomy.store_now(key("a"), entry, StoreKind::fill), StoreReply::stored);
}

TEST_F(MemoryTierTest, replace_swaps_the_form_only_of_the_expected_value) {
  make({.max_bytes = mib});
  put("a", "one");
  TierReply reply;
  tier->find_now(key("a"), reply);
  const Value other = Value::from_bytes("two");
  EXPECT_FALSE(tier->update_now(
      key("a"), {.kind = Update::Kind::replace, .expected = other, .value = other}));
  EXPECT_TRUE(tier->update_now(
      key("a"), {.kind = Update::Kind::replace, .expected = reply.entry.value, .value = other}));
  tier->find_now(key("a"), reply);
  EXPECT_EQ(reply.entry.value, other);
  EXPECT_TRUE(removed.empty());
  tier->check_invariants();
}

TEST_F(MemoryTierTest, a_stamp_that_is_found_never_passes_for_a_younger_one) {
  make({.max_bytes = mib});
  marks.touch(key("a"));
  put("a", "one");
  TierReply reply;
  tier->find_now(key("a"), reply);
  EXPECT_EQ(marks.judge_fill(key("a"), reply.entry.stamp, StoreKind::fill, nullptr),
            Verdict::invalid);
}

TEST_F(MemoryTierTest, the_same_operations_drop_the_same_entries) {
  const auto run = [this] {
    make({.max_bytes = mib});
    removed.clear();
    for (int number = 0; number < 20'000; ++number) {
      put("k" + std::to_string(number % 7'000), std::string(150, 'v'));
      has("k" + std::to_string(number * 31 % 5'000));
    }
    std::vector<std::string> keys;
    for (const RemovedEntry& each : removed) {
      if (each.reason == RemovalReason::evicted) keys.push_back(each.key);
    }
    return keys;
  };
  const std::vector<std::string> first = run();
  EXPECT_GT(first.size(), 1'000u);
  EXPECT_EQ(first, run());
}

TEST_F(MemoryTierTest, cursors_are_told_from_other_text) {
  for (const char* text : {"", "0.0", "3.ff00000000000000"}) {
    EXPECT_TRUE(MemoryTier::is_cursor(text)) << text;
  }
  for (const char* text : {"x", "0", "0.", ".0", "0.0.0", "00.1", "0.G", "0.10000000000000000"}) {
    EXPECT_FALSE(MemoryTier::is_cursor(text)) << text;
  }
}

}  // namespace
}  // namespace nacre
