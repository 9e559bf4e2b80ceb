// Many threads on one small tier: what is found always belongs to its key, and the books stay
// right.
#include <atomic>
#include <thread>

#include "base/random.hpp"
#include "unit/memory/tier_fixture.hpp"

namespace nacre {
namespace {

using ThreadsTest = MemoryTierTest;

/// A value that says whose it is, at both ends.
std::string value_for(std::string_view key, std::size_t bytes) {
  return std::string(key) + std::string(bytes, '.') + std::string(key);
}

void expect_own(std::string_view key, const TierReply& reply) {
  if (reply.state != TierReply::State::found || reply.entry.is_negative()) return;
  const std::string_view bytes = reply.entry.value.bytes();
  ASSERT_TRUE(bytes.starts_with(key) && bytes.ends_with(key)) << key;
}

TEST_F(ThreadsTest, every_call_at_once_keeps_values_and_books_right) {
  std::atomic<std::uint64_t> removed_count{0};
  tier = std::make_unique<MemoryTier>(
      MemoryTierOptions{
          .limits = {.max_bytes = std::size_t{1} << 20}, .hash_seed = seed, .shard_count = 2},
      marks, clock, [&removed_count](const RemovedEntry&) {
        removed_count.fetch_add(1, std::memory_order_relaxed);
      });
  std::vector<std::jthread> threads;
  for (std::uint64_t number = 0; number < 4; ++number) {
    threads.emplace_back([this, number] {
      SeededRandom random(number);
      for (int round = 0; round < 8'000; ++round) {
        const std::string text = "key:" + std::to_string(below(random, 3'000));
        const std::uint64_t dice = below(random, 100);
        if (dice < 50) {
          TierReply reply;
          tier->find_now(key(text), reply);
          expect_own(text, reply);
        } else if (dice < 88) {
          const std::string bytes = value_for(text, below(random, 2'000));
          if (dice < 70) {
            put(text, bytes, Duration(below(random, 20'000'000'000)));
          } else {
            put_tagged(text, bytes, "tag" + std::to_string(dice));
          }
        } else if (dice < 94) {
          marks.touch(key(text));
          tier->update_now(key(text), {.kind = Update::Kind::remove});
        } else if (dice < 96) {
          marks.touch(key(text));
          tier->update_now(key(text), {.kind = Update::Kind::expire});
        } else if (dice < 98) {
          const std::uint64_t tag = hash_tag(space, "tag" + std::to_string(75), seed);
          marks.mark_tags(space, {&tag, 1}, Severity::remove, clock.now());
        } else if (round % 100 == 0) {
          Sweep sweep{.space = &space, .matches = [](std::string_view text_of, const EntryNotes*) {
                        return text_of.ends_with('7');
                      }};
          marks.mark_sweep(sweep);
          tier->sweep(sweep, [](std::uint64_t) {});
        } else {
          tier->list(space, {.prefix = "key:1", .limit = 50}, [](const std::optional<KeyPage>&) {});
        }
        const TierUsage usage = tier->usage();
        ASSERT_LE(usage.bytes, usage.max_bytes);
      }
    });
  }
  for (int step = 0; step < 200; ++step) {
    clock.advance(100ms);
    std::this_thread::yield();
  }
  threads.clear();
  tier->check_invariants();
  EXPECT_GT(removed_count.load(), 1'000u);
  clock.advance(1h);
  EXPECT_EQ(tier->usage().entries_count, 0u);
}

TEST_F(ThreadsTest, P1_no_reader_sees_a_value_after_its_removal_returned) {
  // Without the fixture's list of what was removed, which is for one thread.
  tier = std::make_unique<MemoryTier>(
      MemoryTierOptions{
          .limits = {.max_bytes = std::size_t{1} << 20}, .hash_seed = seed, .shard_count = 1},
      marks, clock, nullptr);
  std::atomic<bool> has_stopped{false};
  std::atomic<int> removed_up_to{-1};
  std::jthread filler([this, &has_stopped] {
    // Fills with stamps of very different ages; the value is the version at the stamp's time.
    for (int round = 0; !has_stopped.load(); ++round) {
      const int version = current_version.load();
      Entry made = entry("a", std::to_string(version));
      if (version != current_version.load()) continue;
      if (round % 3 == 0) std::this_thread::yield();
      tier->store_now(key("a"), std::move(made), StoreKind::fill);
    }
  });
  std::jthread reader([this, &has_stopped, &removed_up_to] {
    while (!has_stopped.load()) {
      const int removed_before = removed_up_to.load();
      TierReply reply;
      tier->find_now(key("a"), reply);
      if (reply.state != TierReply::State::found) continue;
      ASSERT_GT(std::stoi(std::string(reply.entry.value.bytes())), removed_before);
    }
  });
  for (int version = 0; version < 3'000; ++version) {
    current_version.store(version + 1);
    marks.touch(key("a"));
    tier->update_now(key("a"), {.kind = Update::Kind::remove});
    removed_up_to.store(version);
  }
  has_stopped.store(true);
}

}  // namespace
}  // namespace nacre
