// P4: how long near copies are believed when the shared tier is lost, and what becomes of them
// when it is back.
#include <gtest/gtest.h>

#include "support/shared_fleet.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::Fleet;
using test::read;
using test::ScriptedLoader;

class Copies : public testing::Test {
 protected:
  Copies() {
    fleet_.cache(0).set("k", "v", {.ttl = 1h});
    EXPECT_TRUE(fleet_.cache(1).get<std::string>("k").is_fresh());
  }

  Fleet fleet_;
  ScriptedLoader origin_;
};

TEST_F(Copies, P4_cut_off_they_are_fresh_for_max_disconnected_age_and_then_stale) {
  fleet_.advance(10s);
  fleet_.link(1).cut();
  fleet_.cache(0).set("k", "new");
  fleet_.advance(30s);
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("k").is_fresh());
  fleet_.advance(1ms);
  const auto old = fleet_.cache(1).get<std::string>("k");
  ASSERT_TRUE(old.is_stale());
  EXPECT_EQ(*old, "v");
}

TEST_F(Copies, P4_one_that_has_outlived_the_cut_is_served_when_the_load_fails) {
  fleet_.link(1).cut();
  fleet_.advance(31s);
  const auto answer = read(fleet_.cache(1), "k", origin_);
  ASSERT_EQ(origin_.calls.size(), 1u);
  EXPECT_FALSE(answer->has_come());
  origin_.calls[0].fail();
  EXPECT_TRUE(answer->is_value("v"));
  EXPECT_TRUE(answer->is_stale());
}

TEST_F(Copies, P4_what_is_loaded_while_cut_off_is_believed_as_long_from_its_load) {
  fleet_.link(1).cut();
  fleet_.advance(31s);
  read(fleet_.cache(1), "other", origin_, {.ttl = 1h});
  origin_.calls.at(0).answer("mine");
  fleet_.advance(30s);
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("other").is_fresh());
  fleet_.advance(1ms);
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("other").is_stale());
}

TEST_F(Copies, P4_after_a_reconnect_nothing_invalidated_meanwhile_is_served) {
  fleet_.link(1).cut();
  fleet_.cache(0).invalidate(by_key("k"));
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("k").is_fresh()) << "nobody can know yet";
  fleet_.link(1).reconnect();
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("k").is_miss());
}

TEST_F(Copies, P4_after_a_reconnect_a_read_through_takes_what_is_new) {
  fleet_.link(1).cut();
  fleet_.cache(0).set("k", "new");
  fleet_.link(1).reconnect();
  EXPECT_TRUE(read(fleet_.cache(1), "k", origin_)->is_value("new"));
  EXPECT_TRUE(origin_.calls.empty());
}

TEST_F(Copies, P4_after_a_reconnect_one_check_makes_a_copy_known_again) {
  fleet_.link(1).cut();
  fleet_.link(1).reconnect();
  EXPECT_EQ(fleet_.cache(1).get<std::string>("k").provenance()->tier, TierKind::remote);
  const std::size_t finds = fleet_.server.finds_count();
  EXPECT_EQ(fleet_.cache(1).get<std::string>("k").provenance()->tier, TierKind::memory);
  EXPECT_EQ(fleet_.server.finds_count(), finds);
}

TEST_F(Copies, P4_a_copy_that_cannot_be_checked_is_believed_while_it_is_young) {
  fleet_.link(1).cut();
  fleet_.link(1).reconnect();
  fleet_.link(1).is_silent = true;
  const auto answer = read(fleet_.cache(1), "k", origin_, {.tier_timeout = 100ms});
  fleet_.advance(100ms);
  EXPECT_TRUE(answer->is_value("v"));
  EXPECT_FALSE(answer->is_stale());
  EXPECT_TRUE(origin_.calls.empty());
}

TEST_F(Copies, P4_what_was_loaded_while_the_tier_gave_no_answer_is_checked_when_it_does) {
  fleet_.link(1).is_silent = true;
  read(fleet_.cache(1), "other", origin_, {.ttl = 1h, .tier_timeout = 100ms});
  fleet_.advance(100ms);
  origin_.calls.at(0).answer("mine");
  fleet_.cache(0).set("other", "theirs");
  fleet_.link(1).is_silent = false;
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("other"), "theirs");
}

TEST_F(Copies, P4_what_was_loaded_while_cut_off_is_checked_after_it) {
  fleet_.link(1).cut();
  read(fleet_.cache(1), "other", origin_, {.ttl = 1h});
  origin_.calls.at(0).answer("mine");
  fleet_.cache(0).set("other", "theirs");
  fleet_.link(1).reconnect();
  EXPECT_EQ(*fleet_.cache(1).get<std::string>("other"), "theirs");
}

TEST_F(Copies, P4_a_load_that_began_while_cut_off_and_ends_after_it_is_checked) {
  fleet_.link(1).cut();
  read(fleet_.cache(1), "other", origin_, {.ttl = 1h});
  fleet_.link(1).reconnect();
  origin_.calls.at(0).answer("mine");
  EXPECT_TRUE(fleet_.cache(1).get<std::string>("other").is_miss());
}

TEST_F(Copies, a_process_that_begins_without_the_server_works_and_joins_later) {
  test::CacheBench& late = fleet_.add({}, true);
  read(late.cache, "k", origin_);
  origin_.calls.at(0).answer("mine");
  EXPECT_TRUE(late.cache.get<std::string>("k").is_fresh());
  fleet_.link(2).reconnect();
  EXPECT_EQ(*late.cache.get<std::string>("k"), "v");
}

TEST_F(Copies, P1_who_reads_after_another_process_has_ended_the_claim_is_not_given_the_older_load) {
  const auto before = read(fleet_.cache(1), "absent", origin_);
  ASSERT_EQ(origin_.calls.size(), 1u);
  fleet_.cache(0).remove("absent");
  const auto after = read(fleet_.cache(1), "absent", origin_);
  origin_.calls[0].answer("old");
  EXPECT_TRUE(before->is_value("old")) << "its read overlaps the invalidation";
  EXPECT_FALSE(after->has_come());
  ASSERT_EQ(origin_.calls.size(), 2u);
  origin_.calls[1].answer("new");
  EXPECT_TRUE(after->is_value("new"));
}

TEST_F(Copies, P6_checking_makes_nothing_younger) {
  fleet_.link(1).cut();
  fleet_.advance(10s);
  fleet_.link(1).reconnect();
  const auto checked = fleet_.cache(1).get<std::string>("k");
  EXPECT_EQ(checked.provenance()->age, 10s);
  EXPECT_EQ(checked.provenance()->remaining, 1h - 10s);
}

TEST_F(Copies, the_state_of_the_tiers_is_told) {
  std::vector<TierStatus> tiers = fleet_.cache(1).tiers();
  ASSERT_EQ(tiers.size(), 2u);
  EXPECT_EQ(tiers[0].kind, TierKind::memory);
  EXPECT_EQ(tiers[1].kind, TierKind::remote);
  EXPECT_EQ(tiers[1].state, TierState::up);
  EXPECT_TRUE(tiers[1].tells_changes);
  fleet_.link(1).cut();
  fleet_.cache(1).set("other", "v");
  tiers = fleet_.cache(1).tiers();
  EXPECT_EQ(tiers[1].state, TierState::down);
  EXPECT_EQ(tiers[1].pending_count, 1u);
}

TEST_F(Copies, a_cut_and_its_end_are_logged_once) {
  fleet_.link(1).cut();
  fleet_.link(1).cut();
  fleet_.link(1).reconnect();
  const auto& events = fleet_.bench(1).log_events;
  EXPECT_EQ(std::count(events.begin(), events.end(), "remote.cut"), 1);
  EXPECT_EQ(std::count(events.begin(), events.end(), "remote.connected"), 2);
}

}  // namespace
}  // namespace nacre
