// Loads over a shared tier: who loads, what is kept, and what a tier that fails costs.
#include <gtest/gtest.h>

#include "support/shared_fleet.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::Fleet;
using test::read;
using test::ScriptedLoader;

class SharedLoads : public testing::Test {
 protected:
  Fleet fleet_;
  ScriptedLoader origin_;
  ScriptedLoader other_origin_;
};

TEST_F(SharedLoads, what_one_process_has_loaded_answers_the_others) {
  read(fleet_.cache(0), "k", origin_, {.ttl = 60s, .tags = {"red"}});
  ASSERT_EQ(origin_.calls.size(), 1u);
  origin_.calls[0].answer("v");
  fleet_.advance(20s);
  const auto answer = read(fleet_.cache(1), "k", other_origin_);
  EXPECT_TRUE(answer->is_value("v"));
  EXPECT_EQ(answer->outcome->value().provenance()->tier, TierKind::remote);
  EXPECT_EQ(answer->outcome->value().provenance()->remaining, 40s);
  EXPECT_TRUE(other_origin_.calls.empty());
  const auto near = fleet_.cache(1).get<std::string>("k");
  ASSERT_TRUE(near.is_fresh());
  EXPECT_EQ(near.provenance()->tier, TierKind::memory);
  EXPECT_EQ(fleet_.cache(1).tags("k"), std::vector<std::string>{"red"});
}

TEST_F(SharedLoads, P5_one_load_of_the_fleet_runs_and_answers_all) {
  const auto first = read(fleet_.cache(0), "k", origin_);
  const auto second = read(fleet_.cache(1), "k", other_origin_);
  ASSERT_EQ(origin_.calls.size(), 1u);
  EXPECT_TRUE(other_origin_.calls.empty());
  origin_.calls[0].answer("v");
  EXPECT_TRUE(first->is_value("v"));
  EXPECT_TRUE(second->is_value("v"));
  EXPECT_TRUE(other_origin_.calls.empty());
  EXPECT_EQ(fleet_.server.claims_out(), 0u);
}

TEST_F(SharedLoads, P5_a_leader_that_goes_away_is_followed_by_one_that_waited) {
  std::stop_source stop;
  const auto first = read(fleet_.cache(0), "k", origin_, {.stop = stop.get_token()});
  const auto second = read(fleet_.cache(1), "k", other_origin_);
  stop.request_stop();
  origin_.calls[0].fail("stopped");
  ASSERT_EQ(other_origin_.calls.size(), 1u);
  other_origin_.calls[0].answer("v");
  EXPECT_TRUE(second->is_value("v"));
}

TEST_F(SharedLoads, a_load_that_fails_is_the_answer_of_all_who_waited_and_is_left_alone_a_while) {
  const auto first = read(fleet_.cache(0), "k", origin_);
  const auto second = read(fleet_.cache(1), "k", other_origin_);
  origin_.calls[0].fail();
  EXPECT_TRUE(first->is_error(Errc::load_failed));
  EXPECT_TRUE(second->is_error(Errc::load_failed));
  EXPECT_TRUE(read(fleet_.cache(1), "k", other_origin_)->is_error(Errc::load_failed));
  EXPECT_TRUE(other_origin_.calls.empty()) << "the origin was asked again at once";
  fleet_.advance(1s);
  read(fleet_.cache(1), "k", other_origin_);
  EXPECT_EQ(other_origin_.calls.size(), 1u);
}

TEST_F(SharedLoads, a_negative_answer_is_shared_too) {
  read(fleet_.cache(0), "k", origin_, {.negative_ttl = 10s});
  origin_.calls[0].absent();
  const auto answer = read(fleet_.cache(1), "k", other_origin_);
  EXPECT_TRUE(answer->is_negative());
  EXPECT_TRUE(other_origin_.calls.empty());
}

TEST_F(SharedLoads, P1_an_invalidation_elsewhere_outdates_the_load_that_runs) {
  const auto answer = read(fleet_.cache(0), "k", origin_);
  fleet_.cache(1).invalidate(by_key("k"));
  origin_.calls[0].answer("old");
  EXPECT_TRUE(answer->has_come());
  EXPECT_FALSE(fleet_.server.holds("app", "k"));
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("k").is_miss());
  EXPECT_EQ(fleet_.cache(0).stats().dropped_fills, 1u);
}

TEST_F(SharedLoads, P1_a_tag_marked_elsewhere_outdates_the_load_that_runs) {
  read(fleet_.cache(0), "k", origin_);
  fleet_.cache(1).invalidate(by_tag("late"));
  origin_.calls[0].answer("old", {.tags = {"late"}});
  EXPECT_FALSE(fleet_.server.holds("app", "k"));
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("k").is_miss());
}

TEST_F(SharedLoads, P1_a_reader_after_the_invalidation_is_not_given_the_older_load) {
  read(fleet_.cache(0), "k", origin_);
  fleet_.cache(0).invalidate(by_key("k"));
  const auto later = read(fleet_.cache(0), "k", origin_);
  origin_.calls[0].answer("old");
  EXPECT_FALSE(later->has_come());
  ASSERT_EQ(origin_.calls.size(), 2u);
  origin_.calls[1].answer("new");
  EXPECT_TRUE(later->is_value("new"));
}

TEST_F(SharedLoads, P1_an_invalidation_that_did_not_arrive_still_wins_over_a_running_load) {
  read(fleet_.cache(0), "k", origin_);
  fleet_.link(0).is_silent = true;
  fleet_.cache(0).async().invalidate(by_key("k"), [](const auto&) {});
  fleet_.advance(500ms);
  fleet_.link(0).is_silent = false;
  origin_.calls[0].answer("old");
  EXPECT_TRUE(fleet_.cache(0).get<std::string>("k").is_miss());
  fleet_.link(0).reconnect();
  EXPECT_FALSE(fleet_.server.holds("app", "k"));
}

TEST_F(SharedLoads, P1_an_invalidation_that_did_not_arrive_wins_over_a_fill_that_is_on_its_way) {
  read(fleet_.cache(0), "k", origin_);
  fleet_.server.is_held = true;
  origin_.calls.at(0).answer("old");
  fleet_.link(0).is_silent = true;
  bool is_done = false;
  fleet_.cache(0).async().invalidate(by_key("k"), [&](const auto&) { is_done = true; });
  fleet_.advance(500ms);  // the look-up of what is there
  fleet_.advance(500ms);  // the change itself
  ASSERT_TRUE(is_done);
  ASSERT_TRUE(fleet_.server.answer_next());
  EXPECT_EQ(fleet_.bench(0).memory->usage().entries_count, 0u);
}

TEST_F(SharedLoads, what_is_stale_far_away_is_served_while_it_is_loaded_anew) {
  read(fleet_.cache(0), "k", origin_, {.ttl = 10s, .stale_while_revalidate = 60s});
  origin_.calls[0].answer("old");
  fleet_.advance(11s);
  const auto answer = read(fleet_.cache(1), "k", other_origin_);
  EXPECT_TRUE(answer->is_value("old"));
  EXPECT_TRUE(answer->is_stale());
  ASSERT_EQ(other_origin_.calls.size(), 1u);
  other_origin_.calls[0].answer("new");
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("k"), "new");
  EXPECT_EQ(*fleet_.cache(0).get<std::string>("k"), "new");
}

TEST_F(SharedLoads, what_is_stale_far_away_is_served_when_the_load_is_slow) {
  read(fleet_.cache(0), "k", origin_, {.ttl = 10s, .stale_if_error = 60s});
  origin_.calls[0].answer("old");
  fleet_.advance(11s);
  const auto answer = read(fleet_.cache(1), "k", other_origin_, {.soft_load_timeout = 50ms});
  EXPECT_FALSE(answer->has_come());
  fleet_.advance(50ms);
  EXPECT_TRUE(answer->is_value("old"));
  EXPECT_TRUE(answer->is_stale());
  ASSERT_EQ(other_origin_.calls.size(), 1u);
  other_origin_.calls[0].answer("new");
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("k"), "new");
}

TEST_F(SharedLoads, what_is_stale_far_away_is_served_when_the_load_fails_and_then_left_alone) {
  read(fleet_.cache(0), "k", origin_, {.ttl = 10s, .stale_if_error = 60s});
  origin_.calls[0].answer("old");
  fleet_.advance(11s);
  const auto answer = read(fleet_.cache(1), "k", other_origin_);
  other_origin_.calls.at(0).fail();
  EXPECT_TRUE(answer->is_value("old"));
  fleet_.advance(9s);
  EXPECT_TRUE(read(fleet_.cache(1), "k", other_origin_)->is_value("old"));
  EXPECT_TRUE(read(fleet_.cache(0), "k", origin_)->is_value("old"));
  EXPECT_EQ(other_origin_.calls.size(), 1u);
  EXPECT_EQ(origin_.calls.size(), 1u);
}

TEST_F(SharedLoads, P7_a_tier_that_is_away_is_skipped_and_the_load_is_kept_near) {
  fleet_.link(0).cut();
  const auto answer = read(fleet_.cache(0), "k", origin_);
  origin_.calls.at(0).answer("v");
  EXPECT_TRUE(answer->is_value("v"));
  EXPECT_EQ(*fleet_.cache(0).get<std::string>("k"), "v");
  EXPECT_FALSE(fleet_.server.holds("app", "k"));
}

TEST_F(SharedLoads, P7_a_silent_tier_costs_tier_timeout_and_then_the_load_goes_on) {
  fleet_.link(0).is_silent = true;
  const auto answer = read(fleet_.cache(0), "k", origin_, {.tier_timeout = 200ms});
  fleet_.advance(199ms);
  EXPECT_TRUE(origin_.calls.empty());
  fleet_.advance(1ms);
  ASSERT_EQ(origin_.calls.size(), 1u);
  origin_.calls[0].answer("v");
  EXPECT_TRUE(answer->is_value("v"));
}

TEST_F(SharedLoads, a_fill_that_gets_no_answer_does_not_keep_the_waiters) {
  const auto answer = read(fleet_.cache(0), "k", origin_, {.tier_timeout = 200ms});
  fleet_.link(0).is_silent = true;
  origin_.calls.at(0).answer("v");
  EXPECT_FALSE(answer->has_come());
  fleet_.advance(200ms);
  EXPECT_TRUE(answer->is_value("v"));
}

TEST_F(SharedLoads, a_load_past_its_time_lets_another_process_load_and_keeps_nothing) {
  const auto slow = read(fleet_.cache(0), "k", origin_, {.load_timeout = 1s});
  const auto second = read(fleet_.cache(1), "k", other_origin_);
  fleet_.advance(1s);
  EXPECT_TRUE(slow->is_error(Errc::load_timeout));
  ASSERT_EQ(other_origin_.calls.size(), 1u);
  origin_.calls[0].answer("late");
  EXPECT_FALSE(fleet_.server.holds("app", "k"));
  EXPECT_TRUE(fleet_.bench(0).memory->usage().entries_count == 0);
  other_origin_.calls[0].answer("v");
  EXPECT_TRUE(second->is_value("v"));
  EXPECT_EQ(*fleet_.cache(0).get<std::string>("k"), "v");
}

TEST_F(SharedLoads, a_reload_loads_though_the_tier_has_it) {
  fleet_.cache(1).set("k", "old");
  const auto answer = read(fleet_.cache(0), "k", origin_, {.reload = true});
  ASSERT_EQ(origin_.calls.size(), 1u);
  origin_.calls[0].answer("new");
  EXPECT_TRUE(answer->is_value("new"));
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("k"), "new");
}

TEST_F(SharedLoads, a_reload_waits_for_no_load_that_began_before_it) {
  read(fleet_.cache(0), "k", origin_);
  const auto answer = read(fleet_.cache(1), "k", other_origin_, {.reload = true});
  origin_.calls.at(0).answer("began before");
  EXPECT_FALSE(answer->has_come());
  ASSERT_EQ(other_origin_.calls.size(), 1u);
  other_origin_.calls[0].answer("new");
  EXPECT_TRUE(answer->is_value("new"));
}

TEST_F(SharedLoads, a_refresh_ahead_of_time_is_made_by_one_and_takes_what_another_has_made) {
  const Options options{.ttl = 100s, .refresh_ahead = 0.5};
  read(fleet_.cache(0), "k", origin_, options);
  origin_.calls.at(0).answer("old");
  EXPECT_TRUE(read(fleet_.cache(1), "k", other_origin_, options)->is_value("old"));
  fleet_.advance(60s);
  EXPECT_TRUE(read(fleet_.cache(0), "k", origin_, options)->is_value("old"));
  ASSERT_EQ(origin_.calls.size(), 2u);
  EXPECT_TRUE(read(fleet_.cache(1), "k", other_origin_, options)->is_value("old"));
  origin_.calls[1].answer("new");
  EXPECT_TRUE(other_origin_.calls.empty());
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("k"), "new");
}

TEST_F(SharedLoads, not_modified_makes_a_far_value_fresh_again) {
  read(fleet_.cache(0), "k", origin_, {.ttl = 10s, .stale_if_error = 60s});
  origin_.calls.at(0).answer("v");
  fleet_.advance(11s);
  const auto answer = read(fleet_.cache(1), "k", other_origin_, {.ttl = 10s});
  ASSERT_EQ(other_origin_.calls.size(), 1u);
  other_origin_.calls[0].completion.complete(Loaded<std::string>::not_modified());
  EXPECT_TRUE(answer->is_value("v"));
  EXPECT_FALSE(answer->is_stale());
}

TEST_F(SharedLoads, a_value_too_large_for_the_tier_is_given_and_kept_near_until_it_can_be_checked) {
  fleet_.server.max_value_bytes = 3;
  const auto answer = read(fleet_.cache(0), "k", origin_);
  origin_.calls.at(0).answer("much too long");
  EXPECT_TRUE(answer->is_value("much too long"));
  EXPECT_EQ(fleet_.server.claims_out(), 0u);
}

TEST_F(SharedLoads, without_tracking_every_read_asks_the_tier) {
  Fleet fleet(0);
  fleet.server.refuses_tracking = true;
  fleet.add();
  fleet.add();
  read(fleet.cache(0), "k", origin_);
  origin_.calls.at(0).answer("old");
  EXPECT_EQ(*fleet.cache(1).get<std::string>("k"), "old");
  fleet.cache(1).set("k", "new");
  EXPECT_EQ(*fleet.cache(0).get<std::string>("k"), "new");
}

TEST_F(SharedLoads, the_cache_goes_while_others_wait_for_its_load) {
  read(fleet_.cache(0), "k", origin_);
  const auto second = read(fleet_.cache(1), "k", other_origin_);
  fleet_.benches[1].reset();
  EXPECT_TRUE(second->is_error(Errc::load_failed));
  origin_.calls.at(0).answer("v");
  EXPECT_TRUE(fleet_.server.holds("app", "k"));
}

}  // namespace
}  // namespace nacre
