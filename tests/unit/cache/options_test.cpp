// Each option does what nacre/options.hpp says, seen from outside and on a clock that the test
// moves. Those whose effect is a subject of its own have their tests in stale_test and flight_test.
#include "nacre/options.hpp"

#include <gtest/gtest.h>

#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

Lookup<std::string> get(const CacheBench& bench) {
  return bench.cache.get<std::string>("k");
}

TEST(OptionEffect, ttl_ends_freshness) {
  CacheBench bench;
  bench.cache.set("k", "v", {.ttl = 5s});
  bench.advance(5s - 1ns);
  EXPECT_TRUE(get(bench).is_fresh());
  bench.advance(1ns);
  EXPECT_FALSE(get(bench).is_fresh());
}

TEST(OptionEffect, ttl_without_any_is_a_minute) {
  CacheBench bench({.defaults = {.ttl_jitter = 0.0}});
  bench.cache.set("k", "v");
  EXPECT_EQ(get(bench).provenance()->remaining, 60s);
}

TEST(OptionEffect, stale_while_revalidate_ends_answers_without_waiting) {
  CacheBench bench;
  ScriptedLoader origin;
  bench.cache.set("k", "v", {.ttl = 5s, .stale_while_revalidate = 3s, .stale_if_error = 60s});
  bench.advance(8s - 1ns);
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_stale());
  origin.calls[0].fail();
  bench.advance(10s);  // past the back-off, too
  EXPECT_FALSE(read(bench.cache, "k", origin)->has_come()) << "a load is waited for";
}

TEST(OptionEffect, stale_if_error_without_any_is_ten_times_the_ttl_and_at_most_an_hour) {
  CacheBench bench;
  bench.cache.set("k", "v", {.ttl = 5s});
  EXPECT_EQ(bench.cache.inspect("k")->stale_remaining, 55s);
  bench.cache.set("k", "v", {.ttl = 7h});
  EXPECT_EQ(bench.cache.inspect("k")->stale_remaining, 8h);
}

TEST(OptionEffect, stale_if_error_without_any_follows_the_ttl_that_the_loader_gives) {
  CacheBench bench;
  ScriptedLoader origin;
  read(bench.cache, "k", origin, {.ttl = 60s});
  origin.calls[0].answer("v", {.ttl = 5s});
  EXPECT_EQ(bench.cache.inspect("k")->stale_remaining, 55s);
}

TEST(OptionEffect, stale_if_error_of_zero_makes_a_failure_an_error) {
  CacheBench bench;
  ScriptedLoader origin;
  bench.cache.set("k", "v", {.ttl = 5s, .stale_if_error = 0s});
  bench.advance(5s);
  EXPECT_TRUE(get(bench).is_miss());
  const auto answer = read(bench.cache, "k", origin);
  origin.calls[0].fail();
  EXPECT_TRUE(answer->is_error(Errc::load_failed));
}

TEST(OptionEffect, negative_ttl_is_kept_though_hits_slide) {
  CacheBench bench;
  bench.cache.set_negative("k", {.negative_ttl = 5s, .sliding_ttl = 60s});
  bench.advance(3s);
  EXPECT_EQ(get(bench).provenance()->remaining, 2s);
  bench.advance(2s);
  EXPECT_TRUE(get(bench).is_miss());
}

TEST(OptionEffect, sliding_ttl_is_prolonged_by_reads_only) {
  CacheBench bench;
  bench.cache.set("k", "v", {.sliding_ttl = 10s, .ttl_jitter = 0.0});
  bench.advance(6s);
  EXPECT_TRUE(bench.cache.has("k"));
  EXPECT_EQ(bench.cache.inspect("k")->provenance.remaining, 4s) << "looking is no reading";
  EXPECT_TRUE(get(bench).is_fresh());
  EXPECT_EQ(bench.cache.inspect("k")->provenance.remaining, 10s);
}

TEST(OptionEffect, sliding_ttl_does_not_revive_what_was_expired_or_replaced_meanwhile) {
  CacheBench bench;
  bench.cache.set("k", "v", {.sliding_ttl = 10s});
  bench.advance(6s);
  // Between the look of a read and its prolonging comes an expiry, and then a shorter-lived value.
  const auto with = [&bench](std::function<void()> change) {
    bench.memory->before_update = std::move(change);
    static_cast<void>(get(bench));
    bench.memory->before_update = nullptr;
  };
  with([&bench] { bench.cache.expire(by_prefix("k")); });
  EXPECT_TRUE(get(bench).is_stale());

  bench.cache.set("k", "v", {.sliding_ttl = 10s});
  bench.advance(6s);
  with([&bench] { bench.cache.set("k", "other", {.ttl = 1s}); });
  EXPECT_EQ(get(bench).provenance()->remaining, 1s);
}

TEST(OptionEffect, max_ttl_bounds_the_first_lifetime_too) {
  CacheBench bench;
  bench.cache.set("k", "v", {.sliding_ttl = 10s, .max_ttl = 4s});
  EXPECT_EQ(get(bench).provenance()->remaining, 4s);
}

TEST(OptionEffect, ttl_jitter_without_any_is_a_tenth) {
  CacheBench bench({.defaults = {.ttl = 100s}});
  Duration most{};
  for (int round = 0; round < 100; ++round) {
    bench.cache.set("k", "v");
    const Duration remaining = get(bench).provenance()->remaining;
    EXPECT_GE(remaining, 100s);
    EXPECT_LE(remaining, 110s);
    most = std::max(most, remaining);
  }
  EXPECT_GT(most, 108s);
}

TEST(OptionEffect, early_refresh_beta_loads_before_expiry_when_loads_are_slow) {
  CacheBench bench({.defaults = {.ttl = 100s, .ttl_jitter = 0.0, .early_refresh_beta = 1.0}});
  ScriptedLoader origin;
  read(bench.cache, "slow", origin);
  bench.advance(20s);  // what loads of this cache take
  origin.calls[0].answer("v");
  bench.cache.set("k", "v");
  const auto refreshes_at = [&](Duration age) {
    bench.cache.set("k", "v");
    bench.advance(age);
    const std::size_t before = origin.calls.size();
    for (int round = 0; round < 20 && origin.calls.size() == before; ++round) {
      EXPECT_TRUE(read(bench.cache, "k", origin)->is_value("v"));
    }
    const bool has_refreshed = origin.calls.size() > before;
    if (has_refreshed) origin.calls.back().fail();
    return has_refreshed;
  };
  EXPECT_FALSE(refreshes_at(1s)) << "99 s before the end of its life";
  EXPECT_TRUE(refreshes_at(98s));
}

TEST(OptionEffect, error_backoff_ends_when_the_entry_is_expired_by_any_selector) {
  for (const Selector& selector :
       {by_key("k"), by_tag("t"), by_tags({"t", "u"}, Match::all), by_prefix("k")}) {
    CacheBench bench({.defaults = {.ttl = 10s, .ttl_jitter = 0.0}});
    ScriptedLoader origin;
    bench.cache.set("k", "old", {.tags = {"t", "u"}});
    bench.advance(11s);
    read(bench.cache, "k", origin);
    origin.calls[0].fail();
    read(bench.cache, "k", origin);
    ASSERT_EQ(origin.calls.size(), 1u) << "backing off";
    bench.cache.expire(selector);
    const auto answer = read(bench.cache, "k", origin);
    EXPECT_FALSE(answer->has_come()) << "the next read loads";
    EXPECT_EQ(origin.calls.size(), 2u);
  }
}

TEST(OptionEffect, error_backoff_holds_after_load_timeout_too) {
  CacheBench bench({.defaults = {.ttl = 10s, .load_timeout = 1s, .error_backoff = 30s}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(12s);
  read(bench.cache, "k", origin);
  bench.advance(1s);
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_stale());
  EXPECT_EQ(origin.calls.size(), 1u);
}

TEST(OptionEffect, timeout_with_a_stale_value_in_hand_gives_that) {
  CacheBench bench({.defaults = {.ttl = 10s, .ttl_jitter = 0.0, .soft_load_timeout = 60s}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(11s);
  const auto answer = read(bench.cache, "k", origin, {.timeout = 1s});
  bench.advance(1s);
  EXPECT_TRUE(answer->is_stale());
}

TEST(OptionEffect, timeout_of_zero_gives_what_is_there_and_else_fails) {
  CacheBench bench;
  ScriptedLoader origin;
  EXPECT_TRUE(read(bench.cache, "k", origin, {.timeout = 0s})->is_error(Errc::load_timeout));
  bench.cache.set("k", "v");
  EXPECT_TRUE(read(bench.cache, "k", origin, {.timeout = 0s})->is_value("v"));
}

TEST(OptionEffect, timeout_may_be_given_for_a_rule_and_the_call_is_nearer) {
  CacheBench bench({.rules = {{"k", {.timeout = 1s}}}});
  ScriptedLoader origin;
  const auto by_rule = read(bench.cache, "k", origin);
  const auto by_call = read(bench.cache, "k", origin, {.timeout = 3s});
  bench.advance(1s);
  EXPECT_TRUE(by_rule->is_error(Errc::load_timeout));
  bench.advance(1s);
  EXPECT_FALSE(by_call->outcome);
  bench.advance(1s);
  EXPECT_TRUE(by_call->is_error(Errc::load_timeout));
}

TEST(OptionEffect, stop_may_be_given_for_a_cache_and_the_call_is_nearer) {
  std::stop_source of_cache;
  std::stop_source of_call;
  CacheBench bench({.defaults = {.stop = of_cache.get_token()}});
  ScriptedLoader origin;
  const auto by_cache = read(bench.cache, "k", origin);
  const auto by_call = read(bench.cache, "k", origin, {.stop = of_call.get_token()});
  of_cache.request_stop();
  EXPECT_TRUE(by_cache->is_error(Errc::load_failed));
  EXPECT_FALSE(by_call->outcome);
  of_call.request_stop();
  EXPECT_TRUE(by_call->is_error(Errc::load_failed));
  EXPECT_TRUE(origin.calls.at(0).context.stop.stop_requested());
}

TEST(OptionEffect, tags_of_cache_rule_and_call_add_up) {
  CacheBench bench({.defaults = {.tags = {"a"}}, .rules = {{"k", {.tags = {"b"}}}}});
  bench.cache.set("k", "v", {.tags = {"c", "a"}});
  EXPECT_EQ(bench.cache.inspect("k")->tags, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(OptionEffect, the_longest_matching_rule_wins) {
  CacheBench bench({.rules = {{"k", {.ttl = 1s}}, {"key:", {.ttl = 2s}}, {"key:1", {.ttl = 3s}}}});
  const auto ttl_of = [&bench](const char* key, const Options& call = {}) {
    bench.cache.set(key, "v", call);
    return bench.cache.inspect(key)->provenance.remaining;
  };
  EXPECT_EQ(ttl_of("k"), 1s);
  EXPECT_EQ(ttl_of("key:2"), 2s);
  EXPECT_EQ(ttl_of("key:12"), 3s);
  EXPECT_EQ(ttl_of("other"), 60s);
  EXPECT_EQ(ttl_of("key:12", {.ttl = 9s}), 9s) << "the call is nearer";
}

TEST(OptionEffect, more_than_a_thousand_rules_are_refused) {
  CacheBench bench;
  try {
    bench.cache.set_defaults({}, std::vector<PrefixRule>(1001));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
  }
  bench.cache.set_defaults({}, std::vector<PrefixRule>(1000));
}

}  // namespace
}  // namespace nacre
