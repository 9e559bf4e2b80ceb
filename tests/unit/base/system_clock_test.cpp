#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "base/event.hpp"
#include "base/mutex.hpp"
#include "nacre/clock.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

// Far longer than any of these waits takes, so that only a defect reaches it.
constexpr Duration too_long = 30s;

TEST(SystemClock, coarse_time_is_at_most_one_tick_late) {
  const auto clock = make_system_clock();
  for (int i = 0; i < 1000; ++i) {
    const TimePoint before = clock->now();
    const TimePoint coarse = clock->coarse_now();
    const TimePoint after = clock->now();
    ASSERT_LE(coarse, after);
    ASSERT_GE(coarse, before - 10ms);
  }
}

TEST(SystemClock, runs_a_timer_not_before_its_time) {
  const auto clock = make_system_clock();
  const Event ran;
  TimePoint ran_at;
  const TimePoint when = clock->now() + 5ms;
  clock->call_at(when, [&] {
    ran_at = clock->now();
    ran.set();
  });
  ASSERT_TRUE(ran.wait(*clock, Deadline::after(*clock, too_long)));
  EXPECT_GE(ran_at, when);
}

TEST(SystemClock, an_earlier_timer_overtakes_a_later_one_that_waits) {
  const auto clock = make_system_clock();
  const auto stopwatch = make_system_clock();
  clock->call_at(clock->now() + 1h, [] { FAIL(); });
  clock->call_at(TimePoint::max(), [] { FAIL(); });
  // Many rounds, so that the thread has gone to sleep before a new timer comes in some of them.
  for (int round = 0; round < 200; ++round) {
    const Event ran;
    clock->call_at(clock->now() - 1s, [ran] { ran.set(); });
    ASSERT_TRUE(ran.wait(*stopwatch, Deadline::after(*stopwatch, too_long)));
  }
}

TEST(SystemClock, a_cancelled_timer_does_not_run) {
  auto clock = make_system_clock();
  std::atomic<bool> ran{false};
  const TimerId timer = clock->call_at(clock->now() + 1h, [&] { ran = true; });
  EXPECT_TRUE(clock->cancel(timer));
  EXPECT_FALSE(clock->cancel(timer));
  EXPECT_FALSE(clock->cancel(TimerId{}));
  clock.reset();
  EXPECT_FALSE(ran);
}

TEST(SystemClock, cancel_of_a_running_timer_is_false_and_does_not_wait) {
  const auto clock = make_system_clock();
  const Event started;
  const Event may_end;
  const Event ended;
  const TimerId timer = clock->call_at(clock->now(), [&] {
    started.set();
    may_end.wait();
    ended.set();
  });
  started.wait();
  EXPECT_FALSE(clock->cancel(timer));
  may_end.set();
  ended.wait();
}

TEST(SystemClock, a_cancelled_task_may_use_the_clock_while_it_dies) {
  const auto clock = make_system_clock();
  auto canceller = std::shared_ptr<int>(new int(0), [clock](const int* number) {
    clock->cancel(TimerId{999});
    delete number;
  });
  const TimerId timer = clock->call_at(clock->now() + 1h, [kept = std::move(canceller)] {});
  EXPECT_TRUE(clock->cancel(timer));
}

TEST(SystemClock, the_destructor_waits_for_the_running_task_and_drops_the_rest) {
  auto clock = make_system_clock();
  const Event started;
  const Event may_end;
  std::atomic<bool> ended{false};
  std::atomic<bool> dropped_ran{false};
  clock->call_at(clock->now() + 1h, [&] { dropped_ran = true; });
  clock->call_at(clock->now(), [&] {
    started.set();
    may_end.wait();
    ended = true;
  });
  started.wait();
  std::thread releaser([&] { may_end.set(); });
  clock.reset();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(dropped_ran);
  releaser.join();
}

TEST(SystemClock, its_last_owner_may_be_a_task) {
  auto clock = make_system_clock();
  const Event may_end;
  const Event ended;
  clock->call_at(clock->now(), [kept = std::optional(clock), may_end, ended]() mutable {
    may_end.wait();
    kept.reset();  // the clock dies on its own thread
    ended.set();
  });
  clock.reset();
  may_end.set();
  ended.wait();
}

TEST(SystemClock, runs_each_of_many_timers_once_while_half_are_cancelled) {
  const auto clock = make_system_clock();
  constexpr int per_thread = 2000;
  std::atomic<int> runs{0};
  std::atomic<int> cancels{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < per_thread; ++i) {
        const TimerId timer = clock->call_at(clock->now() + 100us * (i % 7), [&] { ++runs; });
        if (i % 2 == 0 && clock->cancel(timer)) ++cancels;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Timers run in order, so the last one is the end.
  const Event done;
  clock->call_at(clock->now() + 2ms, [&] { done.set(); });
  ASSERT_TRUE(done.wait(*clock, Deadline::after(*clock, too_long)));
  EXPECT_EQ(runs + cancels, 3 * per_thread);
  EXPECT_GT(cancels, 0);
}

}  // namespace
}  // namespace nacre
