// A clock that stands still until it is told to move: tests of cached code run at once and never
// depend on the machine's speed.
//
//   auto clock = std::make_shared<nacre::FakeClock>();
//   nacre::Cache cache({.clock = clock});
//   cache.set("greeting", std::string("hello"), {.ttl = 60s});
//   clock->advance(67s);                            // the ttl and its jitter of up to a tenth
//   assert(cache.get<std::string>("greeting").is_stale());
//   clock->advance(10min);                          // stale_if_error, ten times the ttl by default
//   assert(cache.get<std::string>("greeting").is_miss());
#pragma once

#include <cstddef>
#include <memory>

#include "nacre/clock.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// A Clock moved by hand. Thread safe; advance() and set_wall() by one thread at a time.
class FakeClock final : public Clock {
 public:
  FakeClock();
  ~FakeClock() override;

  /// Moves time on by `step` (0 or more). Timers that come due run in order of their time, on the
  /// calling thread, each seeing now() equal to its own time; a timer they start runs too if due.
  void advance(Duration step);

  /// Sets the time of day without moving steady time, as an operator or NTP would.
  void set_wall(std::chrono::system_clock::time_point wall);

  /// Timers started and not yet run or cancelled.
  std::size_t pending_timer_count() const;

  TimePoint now() const noexcept override;
  TimePoint coarse_now() const noexcept override;
  std::chrono::system_clock::time_point wall_now() const noexcept override;
  TimerId call_at(TimePoint when, std::function<void()> task) override;
  bool cancel(TimerId timer) noexcept override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nacre
#pragma GCC visibility pop
