// Single flight: who waits for what, and who stops it.
#include <gtest/gtest.h>

#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

TEST(Flight, P5_many_readers_share_one_load) {
  CacheBench bench;
  ScriptedLoader origin;
  std::vector<std::shared_ptr<test::Answer>> answers;
  for (int reader = 0; reader < 1000; ++reader) answers.push_back(read(bench.cache, "k", origin));
  ASSERT_EQ(origin.calls.size(), 1u);
  EXPECT_EQ(bench.cache.stats().joined_loads, 999u);

  origin.calls[0].answer("v");

  for (const auto& answer : answers) {
    EXPECT_TRUE(answer->is_value("v"));
    EXPECT_EQ(answer->times_called, 1);
  }
  EXPECT_EQ(bench.cache.stats().running_loads, 0u);
}

TEST(Flight, P5_a_waiter_that_times_out_does_not_stop_the_others) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto leader = read(bench.cache, "k", origin, {.timeout = 100ms});
  const auto follower = read(bench.cache, "k", origin);

  bench.advance(101ms);

  EXPECT_TRUE(leader->is_error(Errc::load_timeout));
  EXPECT_FALSE(follower->has_come());
  EXPECT_FALSE(origin.calls[0].context.stop.stop_requested());
  origin.calls[0].answer("v");
  EXPECT_TRUE(follower->is_value("v"));
  EXPECT_EQ(leader->times_called, 1);
}

TEST(Flight, P5_the_last_waiter_to_leave_stops_the_load) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto only = read(bench.cache, "k", origin, {.timeout = 100ms});

  bench.advance(101ms);

  EXPECT_TRUE(only->is_error(Errc::load_timeout));
  EXPECT_TRUE(origin.calls[0].context.stop.stop_requested());
}

TEST(Flight, P5_a_reader_that_comes_to_a_cancelled_load_gets_one_of_its_own_afterwards) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto first = read(bench.cache, "k", origin, {.timeout = 100ms});
  bench.advance(101ms);
  const auto second = read(bench.cache, "k", origin);
  ASSERT_EQ(origin.calls.size(), 1u) << "two loads of one key at a time";

  origin.calls[0].fail("stopped");

  ASSERT_EQ(origin.calls.size(), 2u);
  EXPECT_FALSE(second->has_come());
  origin.calls[1].answer("v");
  EXPECT_TRUE(second->is_value("v"));
}

TEST(Flight, a_stop_token_ends_the_wait_of_its_caller_only) {
  CacheBench bench;
  ScriptedLoader origin;
  std::stop_source stop;
  const auto leaving = read(bench.cache, "k", origin, {.stop = stop.get_token()});
  const auto staying = read(bench.cache, "k", origin);

  stop.request_stop();

  EXPECT_TRUE(leaving->is_error(Errc::load_failed));
  EXPECT_FALSE(staying->has_come());
  origin.calls[0].answer("v");
  EXPECT_TRUE(staying->is_value("v"));
}

TEST(Flight, a_token_that_is_stopped_already_never_reaches_the_origin) {
  CacheBench bench;
  ScriptedLoader origin;
  std::stop_source stop;
  stop.request_stop();
  const auto answer = read(bench.cache, "k", origin, {.stop = stop.get_token()});
  EXPECT_TRUE(answer->is_error(Errc::load_failed));
  EXPECT_TRUE(origin.calls.empty());
}

TEST(Flight, a_failed_load_gives_every_waiter_the_same_error_and_stores_nothing) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto first = read(bench.cache, "k", origin);
  const auto second = read(bench.cache, "k", origin);

  origin.calls[0].fail("boom");

  EXPECT_TRUE(first->is_error(Errc::load_failed));
  EXPECT_TRUE(second->is_error(Errc::load_failed));
  EXPECT_FALSE(bench.cache.has("k"));
  EXPECT_EQ(bench.cache.stats().load_failures, 1u);
}

TEST(Flight, a_load_past_its_time_fails_and_another_may_begin) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto hung = read(bench.cache, "k", origin, {.load_timeout = 1s});

  bench.advance(1001ms);

  EXPECT_TRUE(hung->is_error(Errc::load_timeout));
  EXPECT_TRUE(origin.calls[0].context.stop.stop_requested());
  const auto next = read(bench.cache, "k", origin);
  ASSERT_EQ(origin.calls.size(), 2u);
  origin.calls[1].answer("new");
  EXPECT_TRUE(next->is_value("new"));
  origin.calls[0].answer("old");
  EXPECT_EQ(*bench.cache.get<std::string>("k"), "new") << "the late result replaced the newer one";
}

TEST(Flight, the_late_result_of_a_timed_out_load_is_stored_when_nothing_came_between) {
  CacheBench bench;
  ScriptedLoader origin;
  read(bench.cache, "k", origin, {.load_timeout = 1s});
  bench.advance(1001ms);
  origin.calls[0].answer("late");
  EXPECT_EQ(*bench.cache.get<std::string>("k"), "late");
}

TEST(Flight, P1_the_late_result_of_a_timed_out_load_loses_against_an_invalidation) {
  CacheBench bench;
  ScriptedLoader origin;
  read(bench.cache, "k", origin, {.load_timeout = 1s});
  bench.advance(1001ms);
  bench.cache.remove("k");
  origin.calls[0].answer("late");
  EXPECT_FALSE(bench.cache.has("k"));
  EXPECT_EQ(bench.cache.stats().dropped_fills, 1u);
}

TEST(Flight, a_loader_that_drops_its_completion_has_failed) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto answer = read(bench.cache, "k", origin);
  origin.calls.clear();
  EXPECT_TRUE(answer->is_error(Errc::load_failed));
}

TEST(Flight, more_loads_than_allowed_are_refused_as_saturated) {
  CacheBench bench({.flights = {.max_flights = 2}});
  ScriptedLoader origin;
  read(bench.cache, "a", origin);
  read(bench.cache, "b", origin);
  const auto refused = read(bench.cache, "c", origin);
  EXPECT_TRUE(refused->is_error(Errc::saturated));
  EXPECT_EQ(bench.cache.stats().saturated, 1u);
  origin.calls[0].answer("v");
  EXPECT_FALSE(read(bench.cache, "c", origin)->has_come()) << "room again, so it loads";
}

TEST(Flight, more_waiters_than_allowed_are_refused_as_saturated) {
  CacheBench bench({.flights = {.max_waiters = 2}});
  ScriptedLoader origin;
  read(bench.cache, "k", origin);
  read(bench.cache, "k", origin);
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_error(Errc::saturated));
}

TEST(Flight, no_timer_is_left_behind) {
  CacheBench bench;
  ScriptedLoader origin;
  read(bench.cache, "k", origin, {.timeout = 5s});
  EXPECT_GT(bench.clock->pending_timer_count(), 0u);
  origin.calls[0].answer("v");
  EXPECT_EQ(bench.clock->pending_timer_count(), 0u);
}

TEST(Flight, a_far_tier_is_asked_before_the_origin_and_fills_memory) {
  CacheBench bench({.has_far_tier = true});
  ScriptedLoader origin;
  const auto first = read(bench.cache, "k", origin);
  EXPECT_TRUE(origin.calls.empty()) << "the far tier has not answered yet";
  ASSERT_TRUE(bench.far_tier->answer_next());
  ASSERT_EQ(origin.calls.size(), 1u);
  origin.calls[0].answer("v");
  EXPECT_TRUE(first->is_value("v"));

  EXPECT_EQ(bench.far_tier->usage().entries_count, 1u) << "stored in every tier";
}

}  // namespace
}  // namespace nacre
