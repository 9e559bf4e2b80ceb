#include "base/check.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/parsed.hpp"
#include "base/scope_exit.hpp"

namespace nacre {
namespace {

TEST(CheckDeathTest, a_broken_invariant_names_itself_and_its_place) {
  const int one = 1;
  EXPECT_DEATH(NACRE_CHECK(one == 2), "check failed at check_test.cpp:[0-9]+: one == 2");
}

TEST(Check, a_kept_invariant_evaluates_its_condition_once) {
  int calls = 0;
  NACRE_CHECK(++calls == 1);
  EXPECT_EQ(calls, 1);
}

TEST(CheckDeathTest, a_task_that_throws_aborts_with_its_message) {
  EXPECT_DEATH(run_or_abort([] { throw std::runtime_error("boom"); }, "thread pool"),
               "a task of the thread pool threw: boom");
  EXPECT_DEATH(run_or_abort([] { throw 1; }, "clock"), "a task of the clock threw");
}

TEST(CheckDeathTest, a_value_that_was_not_read_cannot_be_taken) {
  const auto parsed = Parsed<int>::failure("is odd");
  EXPECT_FALSE(parsed);
  EXPECT_EQ(parsed.reason(), "is odd");
  EXPECT_DEATH(static_cast<void>(parsed.value()), "check failed");
}

TEST(ScopeExit, runs_once_at_the_end_of_the_block_also_when_it_throws) {
  int runs = 0;
  try {
    const ScopeExit count([&] { ++runs; });
    EXPECT_EQ(runs, 0);
    throw std::runtime_error("left early");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(runs, 1);
  }
}

TEST(ScopeExit, does_not_run_once_released) {
  int runs = 0;
  {
    ScopeExit count([&] { ++runs; });
    count.release();
  }
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace nacre
