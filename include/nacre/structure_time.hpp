// Layout of durations and points in time.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>
#include <utility>

#include "nacre/structure.hpp"

#pragma GCC visibility push(default)

namespace nacre {
namespace detail {

inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// Integral counts of whole seconds, or of a decimal part of a second down to nanoseconds.
template <class D>
concept InstantUnit =
    SignedInteger<typename D::rep> && (D::period::num == 1 || D::period::den == 1) &&
    nanoseconds_per_second % D::period::den == 0;

/// False when the seconds do not fit.
template <InstantUnit D>
bool try_to_instant(D since_epoch, Instant& instant) {
  const auto count = static_cast<std::int64_t>(since_epoch.count());
  if constexpr (D::period::den == 1) {
    return !__builtin_mul_overflow(count, D::period::num, &instant.seconds);
  } else {
    constexpr std::int64_t per_second = D::period::den;
    const std::int64_t rest = (count % per_second + per_second) % per_second;
    instant.seconds = count / per_second - (count % per_second < 0 ? 1 : 0);
    instant.nanoseconds = static_cast<std::uint32_t>(rest * (nanoseconds_per_second / per_second));
    return true;
  }
}

/// Rounds down to the unit of D. False when that does not fit.
template <InstantUnit D>
bool try_from_instant(Instant instant, D& since_epoch) {
  std::int64_t count = 0;
  if constexpr (D::period::den == 1) {
    constexpr std::int64_t unit = D::period::num;
    count = instant.seconds / unit - (instant.seconds % unit < 0 ? 1 : 0);
  } else {
    constexpr std::int64_t per_second = D::period::den;
    std::int64_t part = instant.nanoseconds / (nanoseconds_per_second / per_second);
    std::int64_t seconds = instant.seconds;
    if (seconds < 0) {  // Towards zero first: the smallest count times its unit would overflow.
      ++seconds;
      part -= per_second;
    }
    if (__builtin_mul_overflow(seconds, per_second, &count) ||
        __builtin_add_overflow(count, part, &count)) {
      return false;
    }
  }
  if (!std::in_range<typename D::rep>(count)) return false;
  since_epoch = D(static_cast<typename D::rep>(count));
  return true;
}

}  // namespace detail

template <Structured Rep, class Period>
struct Structure<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;

  static void write(auto& out, Duration duration) {
    detail::write_structure<Rep>(out, duration.count());
  }
  static Duration read(auto& in) { return Duration(detail::read_structure<Rep>(in)); }
};

template <detail::InstantUnit D>
struct Structure<std::chrono::sys_time<D>> {
  static void write(auto& out, std::chrono::sys_time<D> time) {
    Instant instant;
    if (!detail::try_to_instant(time.time_since_epoch(), instant)) {
      out.fail("the time is too far from 1970");
    }
    out.instant(instant);
  }
  static std::chrono::sys_time<D> read(auto& in) {
    D since_epoch{};
    if (!detail::try_from_instant(in.instant(), since_epoch)) {
      in.fail("the time is too far from 1970 for the type of the field");
    }
    return std::chrono::sys_time<D>(since_epoch);
  }
};

}  // namespace nacre

#pragma GCC visibility pop
