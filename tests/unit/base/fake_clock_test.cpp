#include "nacre/fake_clock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "nacre/deadline.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

TEST(FakeClock, stands_still_until_advanced) {
  FakeClock clock;
  const TimePoint start = clock.now();
  EXPECT_EQ(clock.now(), start);
  clock.advance(3s);
  EXPECT_EQ(clock.now(), start + 3s);
  EXPECT_EQ(clock.coarse_now(), start + 3s);
}

TEST(FakeClock, wall_time_moves_along_and_jumps_alone) {
  FakeClock clock;
  const auto wall = clock.wall_now();
  clock.advance(1h);
  EXPECT_EQ(clock.wall_now(), wall + 1h);

  const TimePoint steady = clock.now();
  clock.set_wall(wall - 24h);
  EXPECT_EQ(clock.wall_now(), wall - 24h);
  EXPECT_EQ(clock.now(), steady);
}

TEST(FakeClock, runs_due_timers_in_order_each_at_its_own_time) {
  FakeClock clock;
  const TimePoint start = clock.now();
  std::vector<Duration> seen;
  const auto record = [&] { seen.push_back(clock.now() - start); };
  clock.call_at(start + 3s, record);
  clock.call_at(start + 1s, record);
  clock.call_at(start + 9s, record);

  clock.advance(5s);

  EXPECT_EQ(seen, (std::vector<Duration>{1s, 3s}));
  EXPECT_EQ(clock.now(), start + 5s);
  EXPECT_EQ(clock.pending_timer_count(), 1U);
}

TEST(FakeClock, equal_times_run_in_the_order_they_were_started) {
  FakeClock clock;
  std::string order;
  for (const char name : std::string("abc")) {
    clock.call_at(clock.now() + 1s, [&order, name] { order += name; });
  }
  clock.advance(1s);
  EXPECT_EQ(order, "abc");
}

TEST(FakeClock, a_timer_started_by_a_timer_runs_in_the_same_advance_if_due) {
  FakeClock clock;
  int runs = 0;
  clock.call_at(clock.now() + 1s, [&] {
    clock.call_at(clock.now() + 1s, [&] { ++runs; });
    clock.call_at(clock.now() + 10s, [&] { ++runs; });
  });
  clock.advance(5s);
  EXPECT_EQ(runs, 1);
}

TEST(FakeClock, a_timer_of_the_past_is_due_at_once_and_does_not_turn_time_back) {
  FakeClock clock;
  const TimePoint start = clock.now();
  TimePoint seen;
  clock.call_at(start - 1h, [&] { seen = clock.now(); });
  clock.advance(0s);
  EXPECT_EQ(seen, start);
}

TEST(FakeClock, cancel_says_whether_it_stopped_the_timer) {
  FakeClock clock;
  int runs = 0;
  const TimerId stopped = clock.call_at(clock.now() + 1s, [&] { ++runs; });
  TimerId running{};
  bool cancelled_itself = true;
  running = clock.call_at(clock.now() + 1s, [&] { cancelled_itself = clock.cancel(running); });

  EXPECT_TRUE(clock.cancel(stopped));
  EXPECT_FALSE(clock.cancel(stopped));
  clock.advance(1s);

  EXPECT_EQ(runs, 0);
  EXPECT_FALSE(cancelled_itself);
  EXPECT_FALSE(clock.cancel(running));
  EXPECT_FALSE(clock.cancel(TimerId{}));
}

TEST(FakeClock, takes_timers_from_other_threads_while_it_advances) {
  FakeClock clock;
  std::atomic<int> runs{0};
  std::thread starter([&] {
    for (int i = 0; i < 1000; ++i) clock.call_at(clock.now() + 1ms, [&] { ++runs; });
  });
  for (int i = 0; i < 100; ++i) clock.advance(1ms);
  starter.join();
  clock.advance(1ms);
  EXPECT_EQ(runs, 1000);
}

TEST(FakeClockDeathTest, does_not_go_back) {
  FakeClock clock;
  EXPECT_DEATH(clock.advance(-1ns), "check failed");
}

TEST(Deadline, after_never_overflows) {
  FakeClock clock;
  EXPECT_TRUE(Deadline::after(clock, Duration::max()).is_never());
  EXPECT_FALSE(Deadline::after(clock, Duration::max()).has_passed(TimePoint::max()));
  EXPECT_TRUE(Deadline::after(clock, 0ns).has_passed(clock.now()));
  EXPECT_FALSE(Deadline::after(clock, 1ns).has_passed(clock.now()));
}

}  // namespace
}  // namespace nacre
