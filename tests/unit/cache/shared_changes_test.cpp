// Reads, writes and invalidations over a shared tier, as a fleet sees them.
#include <gtest/gtest.h>

#include <array>

#include "support/shared_fleet.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheSetup;
using test::Fleet;
using test::read;
using test::ScriptedLoader;

class SharedChanges : public testing::Test {
 protected:
  Fleet fleet_;
  ScriptedLoader origin_;
};

TEST_F(SharedChanges, a_get_finds_what_another_process_wrote_and_keeps_it_near) {
  fleet_.cache(0).set("k", "v");
  const auto first = fleet_.cache(1).get<std::string>("k");
  EXPECT_EQ(*first, "v");
  EXPECT_EQ(first.provenance()->tier, TierKind::remote);
  EXPECT_EQ(fleet_.cache(1).get<std::string>("k").provenance()->tier, TierKind::memory);
  const CacheStats stats = fleet_.cache(1).stats();
  EXPECT_EQ(stats.hits(), 2u);
  EXPECT_EQ(stats.remote_hits, 1u);
  EXPECT_EQ(stats.misses, 0u);
}

TEST_F(SharedChanges, a_get_of_nothing_asks_once_each_time) {
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("k").is_miss());
  EXPECT_EQ(fleet_.server.finds_count(), 1u);
  EXPECT_EQ(fleet_.cache(0).stats().misses, 1u);
}

TEST_F(SharedChanges, many_keys_are_asked_for_together_in_order) {
  fleet_.cache(0).set("a", "1");
  fleet_.cache(1).set("b", "2");
  const std::array<std::string_view, 3> keys = {"b", "none", "a"};
  const auto found = fleet_.cache(1).get_many<std::string>(keys);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(*found[0], "2");
  EXPECT_TRUE(found[1].is_miss());
  EXPECT_EQ(*found[2], "1");
}

TEST_F(SharedChanges, has_and_inspect_see_what_only_the_tier_has) {
  fleet_.cache(0).set("k", "v", {.tags = {"red"}});
  EXPECT_TRUE(fleet_.cache(1).has("k"));
  EXPECT_FALSE(fleet_.cache(1).has("none"));
  fleet_.bench(1).memory->forget_all();
  const auto seen = fleet_.cache(1).inspect("k");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->provenance.tier, TierKind::remote);
  EXPECT_EQ(seen->tags, std::vector<std::string>{"red"});
}

TEST_F(SharedChanges, an_asynchronous_get_does_not_wait) {
  fleet_.cache(0).set("k", "v");
  fleet_.server.is_held = true;
  std::optional<std::string> got;
  fleet_.cache(1).async().get<std::string>(
      "k", [&got](const Outcome<Lookup<std::string>>& found) { got = *found.value(); });
  EXPECT_FALSE(got);
  ASSERT_TRUE(fleet_.server.answer_next());
  EXPECT_EQ(got, "v");
}

TEST_F(SharedChanges, P1_what_is_read_before_a_change_is_not_kept_after_it) {
  fleet_.cache(0).set("k", "old");
  fleet_.server.is_held = true;
  fleet_.cache(1).async().get<std::string>("k", [](const auto&) {});
  // Sent before the change is told, carried out by the server before it.
  fleet_.bench(1).marks->touch({.hash = 0});
  fleet_.cache(1).async().invalidate(by_key("k"), [](const auto&) {});
  while (fleet_.server.answer_next()) {
  }
  fleet_.server.is_held = false;
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("k").is_miss());
}

TEST_F(SharedChanges, P4_a_write_is_seen_by_the_others_at_once) {
  fleet_.cache(0).set("k", "old");
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("k"), "old");
  fleet_.cache(0).set("k", "new");
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("k"), "new");
}

TEST_F(SharedChanges, P3_what_was_written_is_read_while_cut_off) {
  fleet_.link(0).cut();
  fleet_.cache(0).clear();
  fleet_.cache(0).set("k", "v");
  EXPECT_EQ(*fleet_.cache(0).get<std::string>("k"), "v");
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("k").is_miss());
  fleet_.link(0).reconnect();
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("k"), "v");
}

TEST_F(SharedChanges, P3_what_was_written_is_read_after_a_write_that_timed_out) {
  fleet_.cache(0).set("k", "old");
  fleet_.link(0).is_silent = true;
  bool is_done = false;
  fleet_.cache(0).async().set("k", "new", {},
                              [&](const Outcome<Done>& stored) { is_done = stored.has_value(); });
  fleet_.advance(500ms);
  EXPECT_TRUE(is_done);
  EXPECT_EQ(*fleet_.cache(0).get<std::string>("k"), "new");
}

TEST_F(SharedChanges, P3_a_write_whose_copy_is_outdated_takes_the_older_value_away) {
  fleet_.cache(0).set("k", "old");
  fleet_.server.is_held = true;
  bool is_done = false;
  fleet_.cache(0).async().set("k", "new", {}, [&](const auto&) { is_done = true; });
  const detail::Namespace space(0, "app");
  fleet_.bench(0).marks->touch({&space, "k", hash_key(space, "k", 7)});
  ASSERT_TRUE(fleet_.server.answer_next());
  fleet_.server.is_held = false;
  EXPECT_TRUE(is_done);
  EXPECT_EQ(*fleet_.cache(0).get<std::string>("k"), "new");
}

TEST_F(SharedChanges, a_strict_write_that_is_not_taken_fails_and_leaves_nothing) {
  const Options strict{.write_policy = WritePolicy::strict};
  fleet_.cache(0).set("k", "old");
  fleet_.link(0).cut();
  try {
    fleet_.cache(0).set("k", "new", strict);
    FAIL() << "it did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::connection_failed);
  }
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("k").is_miss());
  fleet_.link(0).reconnect();
  EXPECT_FALSE(fleet_.server.holds("app", "k"));
}

TEST_F(SharedChanges, a_strict_write_without_an_answer_fails_with_command_timeout) {
  fleet_.link(0).is_silent = true;
  std::optional<Errc> code;
  fleet_.cache(0).async().set("k", "new", {.write_policy = WritePolicy::strict},
                              [&](const Outcome<Done>& stored) {
                                if (!stored) code = stored.error().code();
                              });
  fleet_.advance(500ms);
  EXPECT_EQ(code, Errc::command_timeout);
}

TEST_F(SharedChanges, a_value_too_large_for_the_tier_is_refused_and_the_old_one_goes) {
  fleet_.cache(0).set("k", "old");
  fleet_.server.max_value_bytes = 3;
  EXPECT_THROW(fleet_.cache(0).set("k", "much too long"), Error);
  EXPECT_FALSE(fleet_.server.holds("app", "k"));
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("k").is_miss());
}

TEST_F(SharedChanges, many_values_are_written_together) {
  fleet_.server.is_held = true;
  int answers = 0;
  std::vector<Item<std::string>> items = {{"a", "1", {}}, {"b", "2", {}}};
  fleet_.cache(0).async().set_many(std::move(items), [&](const Outcome<Done>& stored) {
    EXPECT_TRUE(stored.has_value());
    ++answers;
  });
  ASSERT_TRUE(fleet_.server.answer_next());
  EXPECT_EQ(answers, 0);
  ASSERT_TRUE(fleet_.server.answer_next());
  EXPECT_EQ(answers, 1);
}

TEST_F(SharedChanges, remove_says_whether_anybody_had_it) {
  fleet_.cache(0).set("k", "v");
  EXPECT_TRUE(fleet_.cache(1).remove("k"));
  EXPECT_FALSE(fleet_.cache(1).remove("k"));
}

TEST_F(SharedChanges, extend_reaches_the_tier) {
  fleet_.cache(0).set("k", "v", {.ttl = 10s});
  EXPECT_TRUE(fleet_.cache(1).extend("k", 100s));
  EXPECT_FALSE(fleet_.cache(1).extend("none", 100s));
  fleet_.advance(50s);
  fleet_.bench(0).memory->forget_all();
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("k").is_fresh());
}

TEST_F(SharedChanges, changes_of_the_fleet_stay_in_their_namespace) {
  const Cache other = fleet_.cache(1).in_namespace("other");
  other.set("k", "theirs");
  fleet_.cache(0).set("k", "ours");
  fleet_.cache(0).clear();
  EXPECT_EQ(*other.get<std::string>("k"), "theirs");
  fleet_.cache(0).in_namespace("unknown to the other").set("k", "v");
}

TEST_F(SharedChanges, a_strict_invalidation_that_is_not_taken_says_so_and_is_repeated) {
  Fleet fleet(2,
              {.defaults = {.ttl = 60s, .ttl_jitter = 0.0, .write_policy = WritePolicy::strict}});
  fleet.cache(0).set("k", "v", {.tags = {"red"}});
  fleet.link(0).cut();
  EXPECT_THROW(fleet.cache(0).invalidate(by_tag("red")), Error);
  EXPECT_THROW(fleet.cache(0).invalidate(by_key("k")), Error);
  EXPECT_TRUE(fleet.cache(0).get<std::string>("k").is_miss());
  fleet.link(0).reconnect();
  EXPECT_FALSE(fleet.server.holds("app", "k"));
}

struct Way {
  const char* name;
  void (*invalidate)(const Cache&);
};

class SharedInvalidation : public SharedChanges, public testing::WithParamInterface<Way> {
 protected:
  SharedInvalidation() {
    fleet_.cache(0).set("user:1", "old", {.tags = {"red", "blue"}});
    EXPECT_EQ(*fleet_.cache(1).get<std::string>("user:1"), "old");
  }
};

TEST_P(SharedInvalidation, P1_P4_it_takes_the_entry_from_all) {
  GetParam().invalidate(fleet_.cache(1));
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("user:1").is_miss());
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("user:1").is_miss());
  EXPECT_FALSE(fleet_.server.holds("app", "user:1"));
}

TEST_P(SharedInvalidation, P1_it_wins_over_a_load_of_another_process) {
  read(fleet_.cache(0), "user:1", origin_, {.tags = {"red", "blue"}, .reload = true});
  GetParam().invalidate(fleet_.cache(1));
  origin_.calls.at(0).answer("old");
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("user:1").is_miss());
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("user:1").is_miss());
}

TEST_P(SharedInvalidation, P1_it_wins_over_a_load_of_the_same_process) {
  read(fleet_.cache(0), "user:1", origin_, {.tags = {"red", "blue"}, .reload = true});
  GetParam().invalidate(fleet_.cache(0));
  origin_.calls.at(0).answer("old");
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("user:1").is_miss());
}

TEST_P(SharedInvalidation, P7_one_made_while_cut_off_is_repeated) {
  fleet_.link(1).cut();
  GetParam().invalidate(fleet_.cache(1));
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("user:1").is_miss());
  fleet_.link(1).reconnect();
  EXPECT_FALSE(fleet_.server.holds("app", "user:1"));
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("user:1").is_miss());
}

INSTANTIATE_TEST_SUITE_P(
    Every, SharedInvalidation,
    testing::Values(
        Way{"key", [](const Cache& cache) { cache.invalidate(by_key("user:1")); }},
        Way{"keys", [](const Cache& cache) { cache.invalidate(by_keys({"x", "user:1"})); }},
        Way{"remove", [](const Cache& cache) { cache.remove("user:1"); }},
        Way{"tag", [](const Cache& cache) { cache.invalidate(by_tag("red")); }},
        Way{"all_tags",
            [](const Cache& cache) { cache.invalidate(by_tags({"blue", "red"}, Match::all)); }},
        Way{"prefix", [](const Cache& cache) { cache.invalidate(by_prefix("user:")); }},
        Way{"pattern", [](const Cache& cache) { cache.invalidate(by_pattern("*1")); }},
        Way{"clear", [](const Cache& cache) { cache.clear(); }}),
    [](const auto& way) { return std::string(way.param.name); });

TEST_F(SharedChanges, an_expired_entry_is_stale_for_all) {
  fleet_.cache(0).set("k", "v", {.tags = {"red"}});
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("k").is_fresh());
  fleet_.cache(0).expire(by_tag("red"));
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("k").is_stale());
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("k").is_stale());
}

}  // namespace
}  // namespace nacre
