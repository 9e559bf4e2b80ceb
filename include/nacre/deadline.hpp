// A point in time after which a caller no longer waits.
#pragma once

#include "nacre/clock.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// When a caller stops waiting. Made once, at the edge, from a timeout; passed down unchanged.
class Deadline {
 public:
  /// Never passes.
  constexpr Deadline() noexcept = default;
  constexpr explicit Deadline(TimePoint when) noexcept : when_(when) {}

  /// `timeout` from now. Zero or less has passed already; what would overflow never passes.
  static Deadline after(const Clock& clock, Duration timeout) noexcept {
    const TimePoint now = clock.now();
    return timeout >= TimePoint::max() - now ? Deadline() : Deadline(now + timeout);
  }

  constexpr bool is_never() const noexcept { return when_ == TimePoint::max(); }
  constexpr bool has_passed(TimePoint now) const noexcept { return now >= when_ && !is_never(); }
  constexpr TimePoint when() const noexcept { return when_; }

  friend constexpr auto operator<=>(Deadline, Deadline) noexcept = default;

 private:
  TimePoint when_ = TimePoint::max();
};

}  // namespace nacre
#pragma GCC visibility pop
