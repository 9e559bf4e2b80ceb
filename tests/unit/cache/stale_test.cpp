// Stale values: served while a refresh runs, served when the origin fails, and never too long (P6).
#include <gtest/gtest.h>

#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

TEST(StaleWhileRevalidate, answers_at_once_and_refreshes_once) {
  CacheBench bench({.defaults = {.ttl = 10s, .stale_while_revalidate = 30s, .ttl_jitter = 0.0}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(11s);
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_stale());
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_stale());
  ASSERT_EQ(origin.calls.size(), 1u);
  EXPECT_TRUE(origin.calls[0].context.is_background);
  origin.calls[0].answer("new");
  EXPECT_EQ(*bench.cache.get<std::string>("k"), "new");
  EXPECT_EQ(bench.cache.stats().refreshes, 1u);
}

TEST(StaleIfError, P6_serves_the_old_value_until_its_window_ends) {
  CacheBench bench(
      {.defaults = {.ttl = 10s, .stale_if_error = 60s, .ttl_jitter = 0.0, .error_backoff = 0s}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(69s);
  const auto inside = read(bench.cache, "k", origin);
  origin.calls[0].fail();
  EXPECT_TRUE(inside->is_stale());
  bench.advance(1s);
  const auto outside = read(bench.cache, "k", origin);
  origin.calls[1].fail();
  EXPECT_TRUE(outside->is_error(Errc::load_failed));
}

TEST(StaleIfError, P6_a_fallback_that_dies_while_the_load_runs_is_not_served) {
  CacheBench bench(
      {.defaults = {
           .ttl = 10s, .stale_if_error = 20s, .ttl_jitter = 0.0, .soft_load_timeout = 30s}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(25s);
  const auto answer = read(bench.cache, "k", origin);
  bench.advance(6s);
  origin.calls[0].fail();
  EXPECT_TRUE(answer->is_error(Errc::load_failed));
}

TEST(StaleIfError, does_not_ask_again_before_the_back_off_has_passed) {
  CacheBench bench({.defaults = {.ttl = 10s, .ttl_jitter = 0.0, .error_backoff = 5s}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(11s);
  read(bench.cache, "k", origin);
  origin.calls[0].fail();
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_stale());
  EXPECT_EQ(origin.calls.size(), 1u);
  bench.advance(5s);
  read(bench.cache, "k", origin);
  EXPECT_EQ(origin.calls.size(), 2u);
}

TEST(SoftTimeout, serves_the_old_value_while_the_load_goes_on) {
  CacheBench bench({.defaults = {.ttl = 10s, .ttl_jitter = 0.0, .soft_load_timeout = 50ms}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(11s);
  const auto answer = read(bench.cache, "k", origin);
  bench.advance(49ms);
  EXPECT_FALSE(answer->has_come());
  bench.advance(1ms);
  EXPECT_TRUE(answer->is_stale());
  EXPECT_FALSE(origin.calls[0].context.stop.stop_requested());
  origin.calls[0].answer("new");
  EXPECT_EQ(*bench.cache.get<std::string>("k"), "new");
}

TEST(SoftTimeout, of_zero_never_waits) {
  CacheBench bench({.defaults = {.ttl = 10s, .ttl_jitter = 0.0, .soft_load_timeout = 0s}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(11s);
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_stale());
  EXPECT_EQ(origin.calls.size(), 1u);
}

TEST(NegativeCaching, remembers_absence_for_its_time) {
  CacheBench bench({.defaults = {.negative_ttl = 5s, .ttl_jitter = 0.0}});
  ScriptedLoader origin;
  const auto first = read(bench.cache, "k", origin);
  origin.calls[0].absent();
  EXPECT_TRUE(first->is_negative());
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_negative());
  EXPECT_EQ(origin.calls.size(), 1u);
  EXPECT_FALSE(bench.cache.has("k"));
  bench.advance(5s);
  read(bench.cache, "k", origin);
  EXPECT_EQ(origin.calls.size(), 2u);
}

TEST(NegativeCaching, switched_off_absence_is_told_but_not_kept_and_ends_the_old_value) {
  CacheBench bench({.defaults = {.ttl = 10s, .ttl_jitter = 0.0}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(11s);
  const auto answer = read(bench.cache, "k", origin);
  origin.calls[0].absent();
  EXPECT_TRUE(answer->is_negative());
  EXPECT_TRUE(bench.cache.get<std::string>("k").is_miss());
}

TEST(Jitter, spreads_expiry_upwards_only) {
  CacheBench bench({.defaults = {.ttl = 100s, .ttl_jitter = 0.5}});
  Duration least = Duration::max();
  Duration most{};
  for (int index = 0; index < 200; ++index) {
    const std::string key = "k" + std::to_string(index);
    bench.cache.set(key, "v");
    const Duration remaining = bench.cache.get<std::string>(key).provenance()->remaining;
    least = std::min(least, remaining);
    most = std::max(most, remaining);
  }
  EXPECT_GE(least, 100s);
  EXPECT_LE(most, 150s);
  EXPECT_GT(most - least, 30s);
}

TEST(RefreshAhead, a_hit_late_in_its_life_starts_a_load_behind_the_answer) {
  CacheBench bench({.defaults = {.ttl = 100s, .ttl_jitter = 0.0, .refresh_ahead = 0.8}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(79s);
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_value("old"));
  EXPECT_EQ(origin.calls.size(), 0u);
  bench.advance(1s);
  const auto answer = read(bench.cache, "k", origin);
  EXPECT_TRUE(answer->is_value("old"));
  EXPECT_FALSE(answer->is_stale());
  ASSERT_EQ(origin.calls.size(), 1u);
  origin.calls[0].answer("new");
  EXPECT_EQ(bench.cache.get<std::string>("k").provenance()->remaining, 100s);
}

TEST(SlidingTtl, each_hit_begins_the_time_anew_up_to_the_limit) {
  CacheBench bench({.defaults = {.sliding_ttl = 10s, .max_ttl = 25s, .ttl_jitter = 0.0}});
  bench.cache.set("k", "v");
  bench.advance(8s);
  EXPECT_EQ(bench.cache.get<std::string>("k").provenance()->remaining, 10s);
  bench.advance(8s);
  EXPECT_EQ(bench.cache.get<std::string>("k").provenance()->remaining, 9s) << "25 s in all";
  bench.advance(9s);
  EXPECT_FALSE(bench.cache.get<std::string>("k").is_fresh());
}

TEST(SlidingTtl, an_idle_entry_expires) {
  CacheBench bench({.defaults = {.sliding_ttl = 10s, .ttl_jitter = 0.0}});
  bench.cache.set("k", "v");
  bench.advance(10s);
  EXPECT_FALSE(bench.cache.get<std::string>("k").is_fresh());
}

TEST(ConditionalLoad, is_given_the_old_value_and_may_say_not_modified) {
  CacheBench bench({.defaults = {.ttl = 10s, .ttl_jitter = 0.0}});
  const auto load_with_etag = [](const LoadContext&) {
    return Loaded<std::string>::value("v", {.tags = {"t"}}, {.etag = "\"1\""});
  };
  AsyncCache async = bench.cache.async();
  const auto read_with = [&async](AsyncLoader<std::string> loader) {
    async.get_or_load<std::string>("k", std::move(loader), {}, [](const auto&) {});
  };
  read_with([&](const LoadContext& context, const LoadCompletion<std::string>& completion) {
    completion.complete(load_with_etag(context));
  });
  bench.advance(11s);
  LoadContext seen;
  read_with([&](const LoadContext& context, const LoadCompletion<std::string>& completion) {
    seen = context;
    completion.complete(Loaded<std::string>::not_modified());
  });
  EXPECT_EQ(seen.validators.etag, "\"1\"");
  ASSERT_TRUE(seen.previous);
  EXPECT_TRUE(bench.cache.get<std::string>("k").is_fresh());
  EXPECT_EQ(bench.cache.inspect("k")->validators.etag, "\"1\"");
  EXPECT_EQ(bench.cache.inspect("k")->tags, std::vector<std::string>{"t"});
}

TEST(ConditionalLoad, not_modified_without_a_value_before_is_an_error) {
  CacheBench bench;
  std::optional<Errc> code;
  bench.cache.async().get_or_load<std::string>(
      "k",
      [](const LoadContext&, const LoadCompletion<std::string>& completion) {
        completion.complete(Loaded<std::string>::not_modified());
      },
      {}, [&code](const auto& outcome) { code = outcome.error().code(); });
  EXPECT_EQ(code, Errc::load_failed);
}

TEST(AdaptiveOptions, the_loader_decides_the_lifetime_from_what_it_loaded) {
  CacheBench bench;
  ScriptedLoader origin;
  read(bench.cache, "k", origin, {.ttl = 60s, .tags = {"a"}});
  origin.calls[0].answer("v", {.ttl = 5s, .tags = {"b"}});
  EXPECT_EQ(bench.cache.get<std::string>("k").provenance()->remaining, 5s);
  EXPECT_EQ(bench.cache.inspect("k")->tags, (std::vector<std::string>{"a", "b"}));
}

TEST(WallClock, P6_jumps_change_nothing) {
  CacheBench bench;
  bench.cache.set("k", "v", {.ttl = 10s});
  bench.clock->set_wall(bench.clock->wall_now() + std::chrono::hours(24 * 365));
  EXPECT_TRUE(bench.cache.get<std::string>("k").is_fresh());
  bench.clock->set_wall(bench.clock->wall_now() - std::chrono::hours(24 * 730));
  bench.advance(10s);
  EXPECT_FALSE(bench.cache.get<std::string>("k").is_fresh());
}

}  // namespace
}  // namespace nacre
