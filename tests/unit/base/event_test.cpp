#include "base/event.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "nacre/fake_clock.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

// Blocks until the waiter's timer is there: then it waits, or is about to.
void wait_for_timer(const FakeClock& clock) {
  while (clock.pending_timer_count() == 0) std::this_thread::yield();
}

TEST(Event, a_wait_ends_with_the_signal_and_leaves_no_timer) {
  FakeClock clock;
  const Event event;
  std::atomic<bool> was_set{false};
  std::thread waiter([&] { was_set = event.wait(clock, Deadline::after(clock, 1h)); });
  wait_for_timer(clock);

  event.set();
  waiter.join();

  EXPECT_TRUE(was_set);
  EXPECT_EQ(clock.pending_timer_count(), 0U);
}

TEST(Event, a_wait_ends_when_its_deadline_passes_on_the_clock) {
  FakeClock clock;
  const Event event;
  std::atomic<bool> was_set{true};
  std::thread waiter([&] { was_set = event.wait(clock, Deadline::after(clock, 5s)); });
  wait_for_timer(clock);

  clock.advance(5s);
  waiter.join();

  EXPECT_FALSE(was_set);
  EXPECT_FALSE(event.is_set());
}

TEST(Event, a_deadline_in_the_past_does_not_block) {
  FakeClock clock;
  const Event event;
  EXPECT_FALSE(event.wait(clock, Deadline(clock.now())));
  event.set();
  EXPECT_TRUE(event.wait(clock, Deadline(clock.now())));
}

TEST(Event, wakes_all_waiters_also_those_without_a_deadline) {
  FakeClock clock;
  const Event event;
  std::thread first([&] { EXPECT_TRUE(event.wait(clock, Deadline())); });
  std::thread second([&] { event.wait(); });
  event.set();
  first.join();
  second.join();
}

TEST(Event, copies_share_the_signal) {
  const Event event;
  const Event copy = event;
  copy.set();
  EXPECT_TRUE(event.is_set());
}

}  // namespace
}  // namespace nacre
