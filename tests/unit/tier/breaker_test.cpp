#include "tier/breaker.hpp"

#include <gtest/gtest.h>

namespace nacre {
namespace {

using namespace std::chrono_literals;

class BreakerTest : public testing::Test {
 protected:
  void fail(int count) {
    for (int index = 0; index < count; ++index) {
      ASSERT_TRUE(breaker_.try_pass(now_));
      breaker_.fail(now_);
    }
  }

  TimePoint now_{};
  Breaker breaker_;
};

TEST_F(BreakerTest, P7_opens_after_five_failures_in_a_row_and_not_before) {
  fail(4);
  breaker_.succeed();
  fail(4);
  EXPECT_TRUE(breaker_.try_pass(now_));
  breaker_.fail(now_);
  EXPECT_FALSE(breaker_.try_pass(now_));
  EXPECT_EQ(breaker_.state(), BreakerState::open);
  EXPECT_EQ(breaker_.opened_count(), 1u);
}

TEST_F(BreakerTest, P7_opens_when_half_of_twenty_failed) {
  for (int index = 0; index < 9; ++index) {
    breaker_.fail(now_);
    breaker_.succeed();
  }
  breaker_.succeed();
  EXPECT_TRUE(breaker_.try_pass(now_));
  breaker_.fail(now_);
  EXPECT_EQ(breaker_.state(), BreakerState::open);
}

TEST_F(BreakerTest, P7_lets_one_probe_through_and_doubles_the_wait_up_to_its_limit) {
  fail(5);
  Duration wait = 1s;
  for (int index = 0; index < 8; ++index) {
    now_ += wait - 1ms;
    EXPECT_FALSE(breaker_.try_pass(now_));
    now_ += 1ms;
    EXPECT_TRUE(breaker_.try_pass(now_)) << index;
    EXPECT_FALSE(breaker_.try_pass(now_)) << "two probes at once";
    breaker_.fail(now_);
    wait = std::min<Duration>(2 * wait, 30s);
  }
}

TEST_F(BreakerTest, a_probe_that_succeeds_closes_it_and_starts_the_wait_over) {
  fail(5);
  now_ += 1s;
  ASSERT_TRUE(breaker_.try_pass(now_));
  breaker_.succeed();
  EXPECT_EQ(breaker_.state(), BreakerState::closed);
  fail(5);
  now_ += 1s;
  EXPECT_TRUE(breaker_.try_pass(now_));
}

TEST_F(BreakerTest, a_probe_that_is_never_answered_does_not_hold_it_for_ever) {
  fail(5);
  now_ += 1s;
  ASSERT_TRUE(breaker_.try_pass(now_));
  now_ += 10s;
  EXPECT_TRUE(breaker_.try_pass(now_));
}

TEST_F(BreakerTest, what_ended_well_before_it_opened_does_not_close_it) {
  fail(5);
  breaker_.succeed();
  EXPECT_FALSE(breaker_.try_pass(now_));
}

TEST_F(BreakerTest, being_told_that_the_tier_is_back_ends_the_wait) {
  fail(5);
  breaker_.end_wait();
  EXPECT_TRUE(breaker_.try_pass(now_));
}

}  // namespace
}  // namespace nacre
