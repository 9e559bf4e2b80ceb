#include "base/gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "nacre/fake_clock.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

TEST(Gate, gives_passes_until_it_is_closed) {
  Gate gate;
  Gate::Pass pass = gate.try_enter();
  EXPECT_TRUE(pass);
  EXPECT_EQ(gate.active_count(), 1U);
  gate.close();
  EXPECT_TRUE(gate.is_closed());
  EXPECT_FALSE(gate.try_enter());
  EXPECT_EQ(gate.active_count(), 1U);
}

TEST(Gate, a_moved_pass_counts_once_and_is_given_back_once) {
  Gate gate;
  Gate::Pass first = gate.try_enter();
  Gate::Pass second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(gate.active_count(), 1U);
  second = gate.try_enter();
  EXPECT_EQ(gate.active_count(), 1U);
  second.leave();
  second.leave();
  EXPECT_EQ(gate.active_count(), 0U);
}

TEST(Gate, wait_idle_ends_when_the_last_pass_is_back) {
  FakeClock clock;
  Gate gate;
  Gate::Pass pass = gate.try_enter();
  gate.close();
  EXPECT_FALSE(gate.wait_idle(clock, Deadline(clock.now())));
  std::thread worker([&pass] { pass.leave(); });
  EXPECT_TRUE(gate.wait_idle(clock, Deadline()));
  worker.join();
}

TEST(Gate, wait_idle_gives_up_at_the_deadline) {
  FakeClock clock;
  Gate gate;
  const Gate::Pass pass = gate.try_enter();
  gate.close();
  std::thread mover([&] {
    while (clock.pending_timer_count() == 0) std::this_thread::yield();
    clock.advance(10s);
  });
  EXPECT_FALSE(gate.wait_idle(clock, Deadline::after(clock, 10s)));
  mover.join();
}

TEST(Gate, an_idle_gate_does_not_block) {
  FakeClock clock;
  Gate gate;
  gate.close();
  EXPECT_TRUE(gate.wait_idle(clock, Deadline(clock.now())));
}

TEST(Gate, may_die_as_soon_as_it_is_idle) {
  FakeClock clock;
  for (int round = 0; round < 300; ++round) {
    auto gate = std::make_unique<Gate>();
    std::atomic<int> working{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
      Gate::Pass pass = gate->try_enter();
      threads.emplace_back([&working, pass = std::move(pass)]() mutable {
        ++working;
        --working;
        pass.leave();
      });
    }
    gate->close();
    ASSERT_TRUE(gate->wait_idle(clock, Deadline()));
    EXPECT_EQ(working, 0);
    gate.reset();
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(GateDeathTest, waiting_for_an_open_gate_is_a_defect) {
  FakeClock clock;
  Gate gate;
  EXPECT_DEATH(static_cast<void>(gate.wait_idle(clock, Deadline())), "is_closed");
}

}  // namespace
}  // namespace nacre
