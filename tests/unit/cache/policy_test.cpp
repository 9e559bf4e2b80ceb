#include "cache/policy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

std::string refused_field(const Options& options) {
  try {
    check_options(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.details().at(0).second;
  }
  return "accepted";
}

TEST(Policy, the_nearer_layer_wins_and_tags_add_up) {
  const PolicyRules rules({.ttl = 10s, .negative_ttl = 1s, .tags = {"all"}},
                          {{.prefix = "user:", .options = {.ttl = 20s, .tags = {"user"}}},
                           {.prefix = "user:vip:", .options = {.ttl = 30s}}});
  EXPECT_EQ(rules.resolve("other", {}).ttl, 10s);
  EXPECT_EQ(rules.resolve("user:1", {}).ttl, 20s);
  EXPECT_EQ(rules.resolve("user:vip:1", {}).ttl, 30s) << "the longest prefix";
  EXPECT_EQ(rules.resolve("user:1", {.ttl = 5s}).ttl, 5s);
  EXPECT_EQ(rules.resolve("user:1", {}).negative_ttl, 1s) << "rules lie over the defaults";
  EXPECT_EQ(rules.resolve("user:1", {.tags = {"mine", "all"}}).tags,
            (std::vector<std::string>{"all", "user", "mine"}));
}

TEST(Policy, has_the_documented_defaults) {
  const Policy policy = policy_of({});
  EXPECT_EQ(policy.ttl, 60s);
  EXPECT_EQ(policy.stale_while_revalidate, 0s);
  EXPECT_EQ(policy.stale_if_error, 600s) << "10 x ttl";
  EXPECT_EQ(policy_of({.ttl = 1h}).stale_if_error, 1h) << "at most 1 h";
  EXPECT_EQ(policy.negative_ttl, 0s);
  EXPECT_DOUBLE_EQ(policy.ttl_jitter, 0.1);
  EXPECT_EQ(policy.soft_load_timeout, 50ms);
  EXPECT_EQ(policy.load_timeout, 30s);
  EXPECT_EQ(policy.error_backoff, 10s);
  EXPECT_EQ(policy.tier_timeout, 500ms);
  EXPECT_FALSE(policy.has_early_refresh());
}

TEST(Policy, refuses_every_option_out_of_range_by_name) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Duration eleven_years = std::chrono::hours(24 * 366 * 11);
  EXPECT_EQ(refused_field({.ttl = 0s}), "ttl");
  EXPECT_EQ(refused_field({.ttl = -1s}), "ttl");
  EXPECT_EQ(refused_field({.ttl = 999us}), "ttl");
  EXPECT_EQ(refused_field({.ttl = eleven_years}), "ttl");
  EXPECT_EQ(refused_field({.stale_while_revalidate = -1s}), "stale_while_revalidate");
  EXPECT_EQ(refused_field({.stale_if_error = -1ns}), "stale_if_error");
  EXPECT_EQ(refused_field({.negative_ttl = -1s}), "negative_ttl");
  EXPECT_EQ(refused_field({.sliding_ttl = -1s}), "sliding_ttl");
  EXPECT_EQ(refused_field({.max_ttl = 0s}), "max_ttl");
  EXPECT_EQ(refused_field({.ttl_jitter = 1.1}), "ttl_jitter");
  EXPECT_EQ(refused_field({.ttl_jitter = nan}), "ttl_jitter");
  EXPECT_EQ(refused_field({.refresh_ahead = 0.05}), "refresh_ahead");
  EXPECT_EQ(refused_field({.refresh_ahead = 1.0}), "refresh_ahead");
  EXPECT_EQ(refused_field({.early_refresh_beta = -0.1}), "early_refresh_beta");
  EXPECT_EQ(refused_field({.early_refresh_beta = 11.0}), "early_refresh_beta");
  EXPECT_EQ(refused_field({.soft_load_timeout = -1s}), "soft_load_timeout");
  EXPECT_EQ(refused_field({.load_timeout = 0s}), "load_timeout");
  EXPECT_EQ(refused_field({.error_backoff = 2h}), "error_backoff");
  EXPECT_EQ(refused_field({.tier_timeout = 0s}), "tier_timeout");
  EXPECT_EQ(refused_field({.timeout = -1s}), "timeout");
  EXPECT_EQ(refused_field({.tags = {""}}), "tags");
  EXPECT_EQ(refused_field({.tags = std::vector<std::string>(65, "t")}), "tags");
  EXPECT_EQ(refused_field({.ttl = 1ms, .ttl_jitter = 0.0, .refresh_ahead = 0.0}), "accepted");
}

TEST(Policy, the_longest_lifetimes_do_not_overflow) {
  SeededRandom random(1);
  const Duration ten_years = std::chrono::hours(24 * 3653);
  const Policy policy = policy_of({.ttl = ten_years,
                                   .stale_while_revalidate = ten_years,
                                   .stale_if_error = ten_years,
                                   .ttl_jitter = 1.0});
  const TimePoint now{std::chrono::hours(24 * 365 * 200)};
  const Lifetime lifetime = lifetime_of(policy, false, now, now, random);
  EXPECT_GE(lifetime.fresh_until, now + ten_years);
}

}  // namespace
}  // namespace nacre
