#include "cache/read_plan.hpp"

#include <gtest/gtest.h>

namespace nacre {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};

Entry entry_of(Duration ttl, Duration revalidate, Duration on_error) {
  Entry entry;
  entry.value = Value::from_bytes("v");
  entry.lifetime = {.loaded_at = start,
                    .fresh_until = start + ttl,
                    .stale_while_revalidate = revalidate,
                    .stale_if_error = on_error};
  return entry;
}

TEST(ReadPlan, follows_the_life_of_an_entry) {
  const Entry entry = entry_of(10s, 20s, 50s);
  const Policy policy;
  const auto step_at = [&](Duration age) {
    return plan_read({.entry = &entry, .now = start + age}, policy);
  };
  EXPECT_EQ(step_at(0s), ReadStep::answer);
  EXPECT_EQ(step_at(10s - 1ns), ReadStep::answer);
  EXPECT_EQ(step_at(10s), ReadStep::answer_and_refresh);
  EXPECT_EQ(step_at(30s - 1ns), ReadStep::answer_and_refresh);
  EXPECT_EQ(step_at(30s), ReadStep::load_with_fallback);
  EXPECT_EQ(step_at(60s - 1ns), ReadStep::load_with_fallback);
  EXPECT_EQ(step_at(60s), ReadStep::load);
}

TEST(ReadPlan, without_an_entry_it_loads) {
  EXPECT_EQ(plan_read({}, Policy{}), ReadStep::load);
}

TEST(ReadPlan, backing_off_it_serves_stale_without_asking) {
  const Entry entry = entry_of(10s, 20s, 50s);
  const auto step_at = [&](Duration age) {
    return plan_read({.entry = &entry, .now = start + age, .is_backing_off = true}, Policy{});
  };
  EXPECT_EQ(step_at(15s), ReadStep::answer);
  EXPECT_EQ(step_at(45s), ReadStep::answer);
  EXPECT_EQ(step_at(60s), ReadStep::load);
}

TEST(ReadPlan, early_refresh_comes_earlier_for_slow_loads_and_for_low_dice) {
  const Entry entry = entry_of(100s, 0s, 0s);
  Policy policy;
  policy.early_refresh_beta = 1;
  const auto is_due = [&](Duration age, Duration load_time, double dice) {
    return is_refresh_due(
        {.entry = &entry, .now = start + age, .usual_load_time = load_time, .dice = dice}, policy);
  };
  EXPECT_FALSE(is_due(50s, 1s, 0.5));
  EXPECT_TRUE(is_due(99500ms, 1s, 0.5));
  EXPECT_TRUE(is_due(50s, 80s, 0.5));
  EXPECT_TRUE(is_due(50s, 1s, 1e-30));
  EXPECT_FALSE(is_due(99s, 1s, 1.0)) << "ln 1 is 0";
}

}  // namespace
}  // namespace nacre
