// An invalidation wins (P1) and costs the same however many entries it means (P2).
#include <gtest/gtest.h>

#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

/// One way to invalidate the key "user:1", which has the tags "red" and "blue".
struct Way {
  const char* name;
  void (*invalidate)(const Cache&);
};

class InvalidationWays : public testing::TestWithParam<Way> {};

const Options tagged{.tags = {"red", "blue"}};

TEST_P(InvalidationWays, P1_removes_what_is_there) {
  CacheBench bench;
  bench.cache.set("user:1", "old", tagged);
  bench.cache.set("other", "stays");
  GetParam().invalidate(bench.cache);
  EXPECT_FALSE(bench.cache.has("user:1"));
  EXPECT_TRUE(bench.cache.get<std::string>("user:1").is_miss());
  EXPECT_EQ(bench.cache.inspect("user:1"), std::nullopt);
  const std::string_view keys[] = {"user:1"};
  EXPECT_TRUE(bench.cache.get_many<std::string>(keys)[0].is_miss());
  for (const Inspection& entry : bench.cache.keys().entries) EXPECT_NE(entry.key, "user:1");
}

TEST_P(InvalidationWays, P1_a_load_that_began_before_stores_nothing) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto before = read(bench.cache, "user:1", origin, tagged);
  GetParam().invalidate(bench.cache);
  origin.calls[0].answer("old");
  EXPECT_FALSE(bench.cache.has("user:1"));
  EXPECT_TRUE(before->is_value("old")) << "its read began before the invalidation";
  EXPECT_EQ(bench.cache.stats().dropped_fills, 1u);
}

TEST_P(InvalidationWays, P1_a_load_whose_tags_are_known_only_at_its_end_stores_nothing) {
  CacheBench bench;
  ScriptedLoader origin;
  read(bench.cache, "user:1", origin);
  GetParam().invalidate(bench.cache);
  origin.calls[0].answer("old", tagged);
  EXPECT_FALSE(bench.cache.has("user:1"));
}

TEST_P(InvalidationWays, P1_a_reader_that_comes_afterwards_is_given_a_new_load) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto before = read(bench.cache, "user:1", origin, tagged);
  GetParam().invalidate(bench.cache);
  const auto after = read(bench.cache, "user:1", origin, tagged);
  origin.calls[0].answer("old");
  EXPECT_TRUE(before->is_value("old"));
  ASSERT_EQ(origin.calls.size(), 2u);
  EXPECT_FALSE(after->has_come());
  origin.calls[1].answer("new");
  EXPECT_TRUE(after->is_value("new"));
  EXPECT_EQ(*bench.cache.get<std::string>("user:1"), "new");
}

TEST_P(InvalidationWays, P1_a_load_that_begins_afterwards_is_stored) {
  CacheBench bench;
  ScriptedLoader origin;
  GetParam().invalidate(bench.cache);
  read(bench.cache, "user:1", origin, tagged);
  origin.calls[0].answer("new");
  EXPECT_EQ(*bench.cache.get<std::string>("user:1"), "new");
}

TEST_P(InvalidationWays, P1_a_background_refresh_that_began_before_stores_nothing) {
  CacheBench bench({.defaults = {.ttl = 10s, .stale_while_revalidate = 60s, .ttl_jitter = 0.0}});
  ScriptedLoader origin;
  bench.cache.set("user:1", "stale", tagged);
  bench.advance(11s);
  EXPECT_TRUE(read(bench.cache, "user:1", origin, tagged)->is_stale());
  ASSERT_EQ(origin.calls.size(), 1u);
  GetParam().invalidate(bench.cache);
  origin.calls[0].answer("old");
  EXPECT_FALSE(bench.cache.has("user:1"));
}

TEST_P(InvalidationWays, P1_a_stale_value_is_no_fallback_for_a_reader_that_comes_afterwards) {
  CacheBench bench;
  ScriptedLoader origin;
  bench.cache.set("user:1", "old", tagged);
  bench.advance(61s);
  GetParam().invalidate(bench.cache);
  const auto after = read(bench.cache, "user:1", origin, tagged);
  origin.calls[0].fail();
  EXPECT_TRUE(after->is_error(Errc::load_failed));
}

TEST_P(InvalidationWays, P1_an_entry_written_afterwards_stays) {
  CacheBench bench;
  GetParam().invalidate(bench.cache);
  bench.cache.set("user:1", "new", tagged);
  EXPECT_EQ(*bench.cache.get<std::string>("user:1"), "new");
}

INSTANTIATE_TEST_SUITE_P(
    Every, InvalidationWays,
    testing::Values(
        Way{"remove", [](const Cache& cache) { cache.remove("user:1"); }},
        Way{"key", [](const Cache& cache) { cache.invalidate(by_key("user:1")); }},
        Way{"keys", [](const Cache& cache) { cache.invalidate(by_keys({"x", "user:1"})); }},
        Way{"tag", [](const Cache& cache) { cache.invalidate(by_tag("red")); }},
        Way{"any_tag", [](const Cache& cache) { cache.invalidate(by_tags({"x", "blue"})); }},
        Way{"all_tags",
            [](const Cache& cache) { cache.invalidate(by_tags({"blue", "red"}, Match::all)); }},
        Way{"prefix", [](const Cache& cache) { cache.invalidate(by_prefix("user:")); }},
        Way{"pattern", [](const Cache& cache) { cache.invalidate(by_pattern("us*:[0-9]")); }},
        Way{"clear", [](const Cache& cache) { cache.clear(); }}),
    [](const auto& way) { return std::string(way.param.name); });

TEST(Invalidation, all_tags_means_entries_that_have_every_one) {
  CacheBench bench;
  bench.cache.set("both", "v", {.tags = {"a", "b"}});
  bench.cache.set("one", "v", {.tags = {"a"}});
  EXPECT_EQ(bench.cache.invalidate(by_tags({"a", "b"}, Match::all)), 1u);
  EXPECT_FALSE(bench.cache.has("both"));
  EXPECT_TRUE(bench.cache.has("one"));
}

TEST(Invalidation, says_how_many_or_that_it_is_lazy) {
  CacheBench bench;
  bench.cache.set("user:1", "v", {.tags = {"t"}});
  bench.cache.set("user:2", "v", {.tags = {"t"}});
  EXPECT_EQ(bench.cache.invalidate(by_tag("t")), std::nullopt);
  bench.cache.set("user:1", "v");
  bench.cache.set("user:2", "v");
  EXPECT_EQ(bench.cache.invalidate(by_keys({"user:1", "user:3"})), 1u);
  EXPECT_EQ(bench.cache.invalidate(by_prefix("user:")), 1u);
  EXPECT_EQ(bench.cache.invalidate(by_pattern("*")), 0u);
}

TEST(Invalidation, P2_a_tag_costs_the_same_with_one_entry_and_with_many) {
  CacheBench bench;
  for (int index = 0; index < 2000; ++index) {
    bench.cache.set("k" + std::to_string(index), "v", {.tags = {"t"}});
  }
  const std::uint64_t entries_before = bench.memory->usage().entries_count;
  bench.cache.invalidate(by_tag("t"));
  bench.cache.clear();
  EXPECT_EQ(bench.memory->usage().entries_count, entries_before) << "nothing is walked";
  EXPECT_FALSE(bench.cache.has("k1"));
}

TEST(Invalidation, wrong_selectors_are_refused) {
  CacheBench bench;
  const auto refused = [&bench](const Selector& selector) {
    try {
      bench.cache.invalidate(selector);
    } catch (const Error& error) {
      return error.code() == Errc::invalid_argument;
    }
    return false;
  };
  EXPECT_TRUE(refused(by_tags({})));
  EXPECT_TRUE(refused(by_tag("")));
  EXPECT_TRUE(refused(by_tag(std::string(257, 't'))));
  EXPECT_TRUE(refused(by_tags(std::vector<std::string>(65, "t"))));
  EXPECT_TRUE(refused(by_prefix("")));
  EXPECT_TRUE(refused(by_prefix(std::string(1025, 'p'))));
  EXPECT_TRUE(refused(by_pattern("")));
  EXPECT_TRUE(refused(by_pattern("[a")));
  EXPECT_TRUE(refused(by_keys(std::vector<std::string>(10'001, "k"))));
}

class ExpiryWays : public testing::TestWithParam<Way> {};

TEST_P(ExpiryWays, the_next_read_loads_and_falls_back_on_the_old_value) {
  CacheBench bench;
  ScriptedLoader origin;
  bench.cache.set("user:1", "old", tagged);
  GetParam().invalidate(bench.cache);
  EXPECT_TRUE(bench.cache.get<std::string>("user:1").is_stale());
  const auto answer = read(bench.cache, "user:1", origin, tagged);
  ASSERT_EQ(origin.calls.size(), 1u);
  EXPECT_FALSE(answer->has_come());
  origin.calls[0].fail();
  EXPECT_TRUE(answer->is_stale());
  EXPECT_TRUE(answer->is_value("old"));
}

TEST_P(ExpiryWays, a_load_that_began_before_does_not_make_it_fresh) {
  CacheBench bench;
  ScriptedLoader origin;
  read(bench.cache, "user:1", origin, tagged);
  GetParam().invalidate(bench.cache);
  origin.calls[0].answer("old");
  EXPECT_FALSE(bench.cache.get<std::string>("user:1").is_fresh());
}

INSTANTIATE_TEST_SUITE_P(
    Every, ExpiryWays,
    testing::Values(Way{"key", [](const Cache& cache) { cache.expire(by_key("user:1")); }},
                    Way{"tag", [](const Cache& cache) { cache.expire(by_tag("red")); }},
                    Way{"all_tags",
                        [](const Cache& cache) {
                          cache.expire(by_tags({"blue", "red"}, Match::all));
                        }},
                    Way{"prefix", [](const Cache& cache) { cache.expire(by_prefix("user:")); }},
                    Way{"pattern", [](const Cache& cache) { cache.expire(by_pattern("*1")); }}),
    [](const auto& way) { return std::string(way.param.name); });

}  // namespace
}  // namespace nacre
