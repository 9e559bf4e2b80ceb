// The times of an entry in 16 bytes rather than 32, rounded so that nothing lives too long.
//
// A point is a number of 10 us steps in 48 bits, rounded down. A lifetime is a small floating-point
// number of such steps, exact up to 89 minutes, rounded up (it says when the entry was loaded, and
// an entry must not look younger than it is). A stale window is a count of a human unit, rounded
// down: exact for every whole number of milliseconds up to 4 s and for 30 s, 10 min or 1 h alike,
// at most 0.25 % short otherwise.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "nacre/clock.hpp"

namespace nacre::memory {

/// Steps of 10 us since a tier's own origin. 48 bits.
using CodedPoint = std::uint64_t;

/// Points in time on the scale of one tier: from 20 years before it began to 69 years after.
/// Const after construction.
class TimeScale final {
 public:
  static constexpr Duration step = std::chrono::microseconds(10);
  static constexpr CodedPoint never = (CodedPoint{1} << 48) - 1;

  explicit TimeScale(TimePoint start) noexcept
      : origin_(start - past_years), latest_(origin_ + (never - 1) * step) {}

  /// Rounds down; what is before the scale becomes its begin, what is after it becomes never.
  CodedPoint encode(TimePoint point) const noexcept {
    if (point <= origin_) return 0;
    if (point > latest_) return never;
    return static_cast<CodedPoint>((point - origin_) / step);
  }

  TimePoint decode(CodedPoint code) const noexcept {
    return code == never ? TimePoint::max() : point_at(code);
  }

  /// As decode(), with never at the end of the scale: for telling how long ago a load was.
  TimePoint point_at(CodedPoint code) const noexcept { return origin_ + code * step; }

 private:
  static constexpr Duration past_years = std::chrono::years(20);

  TimePoint origin_;
  TimePoint latest_;
};

/// A length of time as 29 bits times 16 to the power of 3 bits, in steps. Rounded up.
constexpr std::uint32_t encode_lifetime(Duration length) noexcept {
  constexpr std::uint64_t mantissa_limit = std::uint64_t{1} << 29;
  if (length <= Duration::zero()) return 0;
  std::uint64_t steps =
      (static_cast<std::uint64_t>(length.count()) - 1) / TimeScale::step.count() + 1;
  std::uint32_t exponent = 0;
  while (steps >= mantissa_limit) {
    steps = (steps + 15) / 16;
    ++exponent;
  }
  return static_cast<std::uint32_t>(steps) | (exponent << 29);
}

constexpr Duration decode_lifetime(std::uint32_t code) noexcept {
  const std::uint64_t mantissa = code & ((std::uint32_t{1} << 29) - 1);
  return (mantissa << (4 * (code >> 29))) * TimeScale::step;
}

/// The units of a stale window. Each next one begins where 12 bits of the one before end.
inline constexpr std::array<Duration, 10> window_units = {
    std::chrono::milliseconds(1), std::chrono::milliseconds(10), std::chrono::milliseconds(100),
    std::chrono::seconds(1),      std::chrono::seconds(10),      std::chrono::minutes(1),
    std::chrono::minutes(10),     std::chrono::hours(1),         std::chrono::hours(6),
    std::chrono::hours(24)};

/// A stale window as 12 bits of count and 4 bits of unit. Rounded down; at most 11 years.
constexpr std::uint16_t encode_window(Duration length) noexcept {
  constexpr std::int64_t max_count = 4095;
  if (length <= Duration::zero()) return 0;
  for (std::size_t unit = 0; unit < window_units.size(); ++unit) {
    const std::int64_t count = length / window_units[unit];
    if (count <= max_count) return static_cast<std::uint16_t>(count | (unit << 12));
  }
  return static_cast<std::uint16_t>(max_count | ((window_units.size() - 1) << 12));
}

constexpr Duration decode_window(std::uint16_t code) noexcept {
  return (code & 0xfff) * window_units[code >> 12];
}

}  // namespace nacre::memory
