#include "http/retry_plan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>

#include "nacre/fake_clock.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

class RetryBudgetTest : public ::testing::Test {
 protected:
  int take_all(RetryBudget& budget) const {
    int taken_count = 0;
    while (budget.try_take(clock_.now())) ++taken_count;
    return taken_count;
  }

  FakeClock clock_;
};

TEST_F(RetryBudgetTest, begins_with_one_retry) {
  RetryBudget budget(0.1, clock_.now());
  EXPECT_EQ(take_all(budget), 1);
}

TEST_F(RetryBudgetTest, grants_one_retry_a_second) {
  RetryBudget budget(0, clock_.now());
  EXPECT_EQ(take_all(budget), 1);
  clock_.advance(999ms);
  EXPECT_EQ(take_all(budget), 0);
  clock_.advance(1ms);
  EXPECT_EQ(take_all(budget), 1);
}

TEST_F(RetryBudgetTest, grants_its_share_of_the_requests) {
  RetryBudget budget(0.1, clock_.now());
  take_all(budget);
  for (int count = 0; count < 50; ++count) budget.count_request(clock_.now());
  EXPECT_EQ(take_all(budget), 5);
}

TEST_F(RetryBudgetTest, saves_up_no_more_than_its_burst) {
  RetryBudget budget(1, clock_.now());
  for (int count = 0; count < 1000; ++count) budget.count_request(clock_.now());
  clock_.advance(1h);
  EXPECT_EQ(take_all(budget), static_cast<int>(RetryBudget::burst_tokens));
}

RC_GTEST_PROP(RetryBudget, never_exceeds_share_and_rate, ()) {
  FakeClock clock;
  const TimePoint start = clock.now();
  RetryBudget budget(0.1, start);
  int request_count = 0;
  int retry_count = 0;
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) {
    if (step == 0) {
      clock.advance(300ms);
    } else if (step < 6) {
      budget.count_request(clock.now());
      ++request_count;
    } else if (budget.try_take(clock.now())) {
      ++retry_count;
    }
  }
  const double seconds = std::chrono::duration<double>(clock.now() - start).count();
  RC_ASSERT(retry_count <= 1 + 0.1 * request_count + seconds + 1e-6);
}

class RetryPlanTest : public RetryBudgetTest {
 protected:
  OriginConnectionOptions options_{
      .max_retries = 3, .min_retry_delay = 10ms, .max_retry_delay = 40ms};
  SeededRandom random_{7};
  RetryBudget budget_{1, clock_.now()};

  void fill_budget() {
    for (int count = 0; count < 20; ++count) budget_.count_request(clock_.now());
  }
};

TEST_F(RetryPlanTest, makes_as_many_retries_as_allowed) {
  fill_budget();
  RetryPlan plan(options_, budget_, random_);
  for (int count = 0; count < 3; ++count) {
    EXPECT_TRUE(plan.next_delay(clock_.now(), Deadline()));
  }
  EXPECT_FALSE(plan.next_delay(clock_.now(), Deadline()));
  EXPECT_EQ(plan.retry_count(), 3U);
}

TEST_F(RetryPlanTest, delays_stay_within_their_limits_and_differ) {
  std::vector<Duration> delays;
  for (int count = 0; count < 30; ++count) {
    fill_budget();
    RetryPlan plan(options_, budget_, random_);
    for (int retry = 0; retry < 3; ++retry) {
      const Duration delay = plan.next_delay(clock_.now(), Deadline()).value();
      EXPECT_GE(delay, 10ms);
      EXPECT_LE(delay, 40ms);
      delays.push_back(delay);
    }
  }
  EXPECT_NE(delays[0], delays[3]) << "jitter";
  EXPECT_LE(delays[0], 30ms) << "the first is at most three times the least";
}

TEST_F(RetryPlanTest, does_not_wait_past_the_deadline) {
  fill_budget();
  RetryPlan plan(options_, budget_, random_);
  EXPECT_FALSE(plan.next_delay(clock_.now(), Deadline::after(clock_, 9ms)));
  EXPECT_TRUE(plan.next_delay(clock_.now(), Deadline::after(clock_, 31ms)));
}

TEST_F(RetryPlanTest, a_retry_that_is_not_made_costs_no_budget) {
  RetryPlan plan(options_, budget_, random_);
  EXPECT_FALSE(plan.next_delay(clock_.now(), Deadline::after(clock_, 1ms)));
  EXPECT_EQ(take_all(budget_), 1);
}

TEST_F(RetryPlanTest, stops_when_the_budget_is_empty) {
  take_all(budget_);
  RetryPlan plan(options_, budget_, random_);
  EXPECT_FALSE(plan.next_delay(clock_.now(), Deadline()));
}

}  // namespace
}  // namespace nacre
