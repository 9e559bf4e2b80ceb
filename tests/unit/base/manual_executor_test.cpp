#include "support/manual_executor.hpp"

#include <gtest/gtest.h>

#include <string>

namespace nacre::test {
namespace {

TEST(ManualExecutor, runs_nothing_until_told_and_then_in_order) {
  ManualExecutor executor;
  std::string order;
  EXPECT_TRUE(executor.try_post([&] {
    order += 'a';
    EXPECT_TRUE(executor.try_post([&] { order += 'c'; }));
  }));
  EXPECT_TRUE(executor.try_post([&] { order += 'b'; }));
  EXPECT_EQ(order, "");
  EXPECT_TRUE(executor.run_one());
  EXPECT_EQ(order, "a");
  EXPECT_EQ(executor.run_all(), 2U);
  EXPECT_EQ(order, "abc");
  EXPECT_FALSE(executor.run_one());
}

TEST(ManualExecutor, refuses_what_is_over_its_capacity_and_counts_it) {
  ManualExecutor executor(1);
  EXPECT_TRUE(executor.try_post([] {}));
  EXPECT_FALSE(executor.try_post([] { FAIL(); }));
  EXPECT_EQ(executor.refused_count(), 1U);
  EXPECT_EQ(executor.pending_count(), 1U);
}

TEST(ManualExecutor, stop_runs_what_it_took_and_refuses_the_rest) {
  ManualExecutor executor;
  int runs = 0;
  EXPECT_TRUE(executor.try_post([&] { ++runs; }));
  executor.stop();
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(executor.try_post([&] { ++runs; }));
}

TEST(ManualExecutor, drops_without_running) {
  ManualExecutor executor;
  EXPECT_TRUE(executor.try_post([] { FAIL(); }));
  executor.drop_all();
  EXPECT_EQ(executor.run_all(), 0U);
}

}  // namespace
}  // namespace nacre::test
