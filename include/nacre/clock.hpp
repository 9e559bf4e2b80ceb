// The only source of time in nacre: points on a steady clock, and timers on it.
//
// Ages, lifetimes and deadlines are measured with steady time only, so a wall clock that jumps
// changes nothing. Give a FakeClock (nacre/fake_clock.hpp) to test code that caches without
// waiting for real time to pass.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#pragma GCC visibility push(default)
namespace nacre {

/// A point on a Clock. Points of different clocks must not be compared.
using TimePoint = std::chrono::steady_clock::time_point;

/// Lengths of time. Every option that takes one says its range.
using Duration = std::chrono::nanoseconds;

/// Names a timer that was started and may be cancelled. Zero names none.
enum class TimerId : std::uint64_t {};

/// Tells time and wakes callers. Thread safe. An implementation must not throw from now().
class Clock {
 public:
  virtual ~Clock() = default;

  /// The present. About 25 ns.
  virtual TimePoint now() const noexcept = 0;

  /// The present, at most 10 ms late. About 5 ns: what hit paths use.
  virtual TimePoint coarse_now() const noexcept = 0;

  /// Time of day, for people: logs and reports. Never used to measure.
  virtual std::chrono::system_clock::time_point wall_now() const noexcept = 0;

  /// Calls `task` once, at `when` or soon after, on a thread of the clock. `task` must be short,
  /// must not block and must not throw. A `when` in the past is due at once. O(log timers).
  virtual TimerId call_at(TimePoint when, std::function<void()> task) = 0;

  /// True when the timer was stopped before it ran. False when it has run, runs now, or is unknown.
  virtual bool cancel(TimerId timer) noexcept = 0;
};

/// The machine's monotonic clock, with one thread for its timers. The destructor of the last owner
/// drops the timers that are not due and waits for a task that runs.
std::shared_ptr<Clock> make_system_clock();

}  // namespace nacre
#pragma GCC visibility pop
