#include "memory/coded_times.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>

#include "memory/node_times.hpp"

namespace nacre::memory {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{std::chrono::hours(24 * 100)};
constexpr Duration ten_years = std::chrono::years(10);

RC_GTEST_PROP(TimeScale, rounds_points_down_by_less_than_a_step, ()) {
  const TimeScale scale(start);
  const TimePoint point =
      start + Duration(*rc::gen::inRange(-ten_years.count(), ten_years.count()));
  const TimePoint coded = scale.decode(scale.encode(point));
  RC_ASSERT(coded <= point);
  RC_ASSERT(point - coded < TimeScale::step);
}

TEST(TimeScale, the_ends_are_never_and_the_begin) {
  const TimeScale scale(start);
  EXPECT_EQ(scale.decode(scale.encode(TimePoint::max())), TimePoint::max());
  EXPECT_EQ(scale.encode(TimePoint::min()), 0u);
  EXPECT_EQ(scale.encode(start - std::chrono::years(30)), 0u);
  EXPECT_EQ(scale.encode(start + std::chrono::years(100)), TimeScale::never);
  EXPECT_NE(scale.encode(start + std::chrono::years(60)), TimeScale::never);
}

RC_GTEST_PROP(CodedLifetime, rounds_up_by_a_hair, ()) {
  const Duration length(*rc::gen::inRange<std::int64_t>(0, 4 * ten_years.count()));
  const Duration coded = decode_lifetime(encode_lifetime(length));
  RC_ASSERT(coded >= length);
  RC_ASSERT(coded - length <= TimeScale::step + length / 10'000'000);
}

TEST(CodedLifetime, is_exact_to_a_step_up_to_89_minutes) {
  EXPECT_EQ(decode_lifetime(encode_lifetime(89min)), 89min);
  EXPECT_EQ(decode_lifetime(encode_lifetime(1ns)), TimeScale::step);
  EXPECT_EQ(encode_lifetime(-5s), 0u);
}

RC_GTEST_PROP(CodedWindow, rounds_down_by_at_most_a_quarter_of_a_percent, ()) {
  const Duration length(*rc::gen::inRange<std::int64_t>(0, ten_years.count()));
  const Duration coded = decode_window(encode_window(length));
  RC_ASSERT(coded <= length);
  RC_ASSERT(length - coded < 1ms + length / 400);
}

TEST(CodedWindow, is_exact_for_what_people_write) {
  for (const Duration length : {Duration(0s), Duration(1ms), Duration(4095ms), Duration(30s),
                                Duration(90s), Duration(10min), Duration(1h), Duration(24h)}) {
    EXPECT_EQ(decode_window(encode_window(length)), length);
  }
  EXPECT_EQ(encode_window(-1s), 0u);
  EXPECT_EQ(decode_window(encode_window(std::chrono::years(100))), 4095 * 24h);
}

TEST(NodeTimes, the_end_tick_is_the_first_one_not_before_the_end) {
  const TimeScale scale(start);
  Node node;
  set_lifetime(node, scale,
               {.loaded_at = start, .fresh_until = start + 1s, .stale_if_error = 10ms});
  EXPECT_EQ(begin_of(scale, end_tick_of(node)), start + 1250ms);
  EXPECT_EQ(tick_at(scale, start + 1250ms), end_tick_of(node));
  EXPECT_LT(tick_at(scale, start + 1249ms), end_tick_of(node));
  set_lifetime(node, scale, {.loaded_at = start, .fresh_until = TimePoint::max()});
  EXPECT_EQ(end_tick_of(node), no_tick);
}

}  // namespace
}  // namespace nacre::memory
