#include "base/backoff.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

namespace nacre {
namespace {

using namespace std::chrono_literals;

constexpr BackoffOptions one_to_thirty{.initial = 1s, .max = 30s};

TEST(DoublingDelay, doubles_up_to_the_longest) {
  EXPECT_EQ(doubling_delay(one_to_thirty, 0), 1s);
  EXPECT_EQ(doubling_delay(one_to_thirty, 1), 2s);
  EXPECT_EQ(doubling_delay(one_to_thirty, 4), 16s);
  EXPECT_EQ(doubling_delay(one_to_thirty, 5), 30s);
  EXPECT_EQ(doubling_delay(one_to_thirty, 64), 30s);
  EXPECT_EQ(doubling_delay(one_to_thirty, std::numeric_limits<std::uint32_t>::max()), 30s);
}

TEST(DoublingDelay, does_not_overflow_with_the_longest_range) {
  const BackoffOptions options{.initial = 1ns, .max = Duration::max()};
  for (std::uint32_t attempt = 0; attempt < 80; ++attempt) {
    EXPECT_GT(doubling_delay(options, attempt), 0ns) << attempt;
  }
  EXPECT_EQ(doubling_delay(options, 62), Duration(std::int64_t{1} << 62));
  EXPECT_EQ(doubling_delay(options, 63), Duration::max());
}

TEST(DecorrelatedDelay, grows_to_the_longest_and_spreads) {
  SeededRandom random(3);
  Duration delay = 0s;
  Duration longest = 0s;
  Duration shortest = Duration::max();
  for (int attempt = 0; attempt < 200; ++attempt) {
    delay = decorrelated_delay(one_to_thirty, delay, random);
    longest = std::max(longest, delay);
    shortest = std::min(shortest, delay);
  }
  EXPECT_GT(longest, 20s);
  EXPECT_LT(shortest, 5s);
}

RC_GTEST_PROP(Backoff, every_delay_is_within_its_limits,
              (std::uint64_t seed, std::uint32_t attempt)) {
  const auto initial = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000);
  const auto span = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60);
  const auto previous = *rc::gen::arbitrary<std::int64_t>();
  const BackoffOptions options{.initial = Duration(initial), .max = Duration(initial + span)};
  SeededRandom random(seed);

  const Duration jittered = full_jitter_delay(options, attempt % 100, random);
  RC_ASSERT(jittered >= 0ns && jittered <= doubling_delay(options, attempt % 100));
  const Duration decorrelated = decorrelated_delay(options, Duration(previous), random);
  RC_ASSERT(decorrelated >= options.initial && decorrelated <= options.max);
  if (previous > 0 && previous < std::numeric_limits<std::int64_t>::max() / 3) {
    RC_ASSERT(decorrelated <= std::max(3 * Duration(previous), 3 * options.initial));
  }
}

}  // namespace
}  // namespace nacre
