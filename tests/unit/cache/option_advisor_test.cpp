#include "cache/option_advisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nacre {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> subjects(const std::vector<Advice>& advice) {
  std::vector<std::string> all;
  for (const Advice& each : advice) all.push_back(each.subject);
  return all;
}

TEST(OptionAdvisor, the_defaults_need_no_advice) {
  EXPECT_THAT(advise(Options{}), IsEmpty());
  EXPECT_THAT(advise(CacheOptions{}, std::uint64_t{8} << 30), IsEmpty());
}

struct Case {
  const char* subject;
  Options hurting;
  Options harmless;
};

class OptionAdvisorCase : public ::testing::TestWithParam<Case> {};

TEST_P(OptionAdvisorCase, names_what_hurts_and_is_silent_beside_it) {
  EXPECT_THAT(subjects(advise(GetParam().hurting)), ElementsAre(GetParam().subject));
  EXPECT_THAT(subjects(advise(GetParam().harmless)), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Combinations, OptionAdvisorCase,
    ::testing::Values(
        Case{"sliding_ttl", {.sliding_ttl = 30s}, {.sliding_ttl = 30s, .max_ttl = 1h}},
        Case{"max_ttl", {.sliding_ttl = 30s, .max_ttl = 29s}, {.sliding_ttl = 30s, .max_ttl = 30s}},
        Case{"negative_ttl", {.negative_ttl = 61s}, {.negative_ttl = 60s}},
        Case{"ttl_jitter", {.ttl = 1min, .ttl_jitter = 0.0}, {.ttl = 59s, .ttl_jitter = 0.0}},
        Case{"stale_if_error",
             {.stale_if_error = 9s, .error_backoff = 10s},
             {.stale_if_error = 10s, .error_backoff = 10s}},
        Case{"soft_load_timeout",
             {.stale_if_error = 0s, .soft_load_timeout = 1ms},
             {.stale_while_revalidate = 1s, .stale_if_error = 0s, .soft_load_timeout = 1ms}},
        Case{"soft_load_timeout",
             {.soft_load_timeout = 30s, .load_timeout = 30s},
             {.soft_load_timeout = 29s, .load_timeout = 30s}},
        Case{"tier_timeout",
             {.load_timeout = 100ms, .tier_timeout = 100ms},
             {.load_timeout = 100ms, .tier_timeout = 99ms}},
        Case{"refresh_ahead",
             {.ttl = 999ms, .refresh_ahead = 0.8},
             {.ttl = 1s, .refresh_ahead = 0.8}},
        Case{"early_refresh_beta",
             {.refresh_ahead = 0.8, .early_refresh_beta = 1.0},
             {.early_refresh_beta = 1.0}}));

TEST(OptionAdvisor, a_rule_is_told_only_what_its_cache_was_not) {
  CacheOptions options;
  options.defaults.sliding_ttl = 30s;
  options.rules = {{"a:", {}}, {"b:", {.negative_ttl = 1h}}};
  EXPECT_THAT(subjects(advise(options, 0)),
              ElementsAre("sliding_ttl", "rules[1] (b:): negative_ttl"));
}

TEST(OptionAdvisor, compares_memory_with_the_machine_where_that_is_known) {
  const MemoryOptions memory{.max_bytes = std::size_t{1} << 30};
  const std::uint64_t value_bytes = std::uint64_t{1} << 20;
  EXPECT_THAT(subjects(advise(memory, value_bytes, std::uint64_t{1} << 29)),
              ElementsAre("max_bytes"));
  EXPECT_THAT(advise(memory, value_bytes, std::uint64_t{1} << 30), IsEmpty());
  EXPECT_THAT(advise(memory, value_bytes, 0), IsEmpty());
}

TEST(OptionAdvisor, compares_the_largest_value_with_the_memory) {
  const MemoryOptions memory{.max_bytes = std::size_t{8} << 20};
  EXPECT_THAT(advise(memory, std::uint64_t{1} << 20, 0), IsEmpty());
  EXPECT_THAT(subjects(advise(memory, (std::uint64_t{1} << 20) + 1, 0)),
              ElementsAre("max_value_bytes"));
}

}  // namespace
}  // namespace nacre
