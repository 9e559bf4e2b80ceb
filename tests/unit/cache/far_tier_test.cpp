// Two tiers: what is asked in which order, and that nothing old is copied nearer (P1, P7).
#include <gtest/gtest.h>

#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

/// A cache with a far tier that holds "old" under "user:1" while memory holds nothing.
class FarTier : public testing::Test {
 protected:
  FarTier() {
    bench_.cache.set("user:1", "old", {.ttl = 60s, .tags = {"red", "blue"}});
    drop_from_memory();
  }

  void drop_from_memory() { bench_.memory->forget_all(); }

  CacheBench bench_{{.has_far_tier = true}};
  ScriptedLoader origin_;
};

TEST_F(FarTier, what_it_has_fills_memory_with_the_remaining_lifetime) {
  bench_.advance(20s);
  const auto answer = read(bench_.cache, "user:1", origin_);
  ASSERT_TRUE(bench_.far_tier->answer_next());
  EXPECT_TRUE(answer->is_value("old"));
  EXPECT_TRUE(origin_.calls.empty());
  const auto hit = bench_.cache.get<std::string>("user:1");
  ASSERT_TRUE(hit.is_fresh());
  EXPECT_EQ(hit.provenance()->remaining, 40s);
  EXPECT_EQ(bench_.cache.inspect("user:1")->tags, (std::vector<std::string>{"red", "blue"}));
}

TEST_F(FarTier, P7_one_that_cannot_be_asked_in_time_is_skipped) {
  const auto answer = read(bench_.cache, "user:1", origin_, {.tier_timeout = 200ms});
  EXPECT_EQ(bench_.far_tier->last_deadline(), Deadline(bench_.clock->now() + 200ms));
  bench_.advance(199ms);
  EXPECT_TRUE(origin_.calls.empty());
  bench_.advance(1ms);
  ASSERT_EQ(origin_.calls.size(), 1u);
  origin_.calls[0].answer("new");
  EXPECT_TRUE(answer->is_value("new"));
}

TEST_F(FarTier, an_answer_after_load_timeout_does_not_start_another_load) {
  const auto answer =
      read(bench_.cache, "other", origin_, {.load_timeout = 1s, .tier_timeout = 60s});
  bench_.advance(1s);
  EXPECT_TRUE(answer->is_error(Errc::load_timeout));
  ASSERT_TRUE(bench_.far_tier->answer_next());
  EXPECT_TRUE(origin_.calls.empty());
  EXPECT_EQ(bench_.cache.stats().running_loads, 0u);
}

struct Way {
  const char* name;
  void (*invalidate)(const Cache&);
};

class FarTierInvalidation : public FarTier, public testing::WithParamInterface<Way> {};

TEST_P(FarTierInvalidation, P1_an_old_value_is_not_copied_nearer_while_the_tiers_are_emptied) {
  // Whichever tier is emptied first, a read that comes right after that looks into the others.
  const auto read_in_between = [this] {
    read(bench_.cache, "user:1", origin_);
    while (bench_.far_tier->answer_next()) {
    }
  };
  bench_.memory->after_change = read_in_between;
  bench_.far_tier->after_change = read_in_between;
  GetParam().invalidate(bench_.cache);
  bench_.memory->after_change = nullptr;
  bench_.far_tier->after_change = nullptr;
  EXPECT_FALSE(bench_.cache.has("user:1"));
}

TEST_P(FarTierInvalidation, P1_a_read_that_asked_the_far_tier_before_does_not_bring_it_back) {
  read(bench_.cache, "user:1", origin_, {.tags = {"red", "blue"}});
  GetParam().invalidate(bench_.cache);
  ASSERT_TRUE(bench_.far_tier->answer_next());
  ASSERT_EQ(origin_.calls.size(), 1u) << "the far tier gave an entry that was invalid";
  origin_.calls[0].answer("read from the origin before");
  EXPECT_FALSE(bench_.cache.has("user:1"));
}

INSTANTIATE_TEST_SUITE_P(
    Every, FarTierInvalidation,
    testing::Values(Way{"key", [](const Cache& cache) { cache.invalidate(by_key("user:1")); }},
                    Way{"remove", [](const Cache& cache) { cache.remove("user:1"); }},
                    Way{"tag", [](const Cache& cache) { cache.invalidate(by_tag("red")); }},
                    Way{"all_tags",
                        [](const Cache& cache) {
                          cache.invalidate(by_tags({"blue", "red"}, Match::all));
                        }},
                    Way{"prefix", [](const Cache& cache) { cache.invalidate(by_prefix("user:")); }},
                    Way{"pattern", [](const Cache& cache) { cache.invalidate(by_pattern("*1")); }},
                    Way{"clear", [](const Cache& cache) { cache.clear(); }}),
    [](const auto& way) { return std::string(way.param.name); });

TEST_F(FarTier, P3_a_write_wins_over_what_a_read_copies_meanwhile) {
  const auto read_in_between = [this] {
    drop_from_memory();  // as if there were no room
    read(bench_.cache, "user:1", origin_);
    while (bench_.far_tier->answer_next()) {
    }
  };
  bench_.memory->after_change = read_in_between;
  bench_.cache.set("user:1", "new");
  bench_.memory->after_change = nullptr;
  const auto kept = bench_.cache.get<std::string>("user:1");
  EXPECT_TRUE(!kept || *kept == "new") << *kept;
}

}  // namespace
}  // namespace nacre
