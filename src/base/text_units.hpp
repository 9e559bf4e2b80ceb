// Lengths of time and sizes as people write them: "250ms", "1.5s", "5m", "256MiB"; both ways.
//
// A plain number is seconds, or bytes. A text is one decimal number and one unit; no sign, no
// exponent, no blanks, no sums ("1h30m" is "90m").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/parsed.hpp"
#include "nacre/clock.hpp"

namespace nacre {

/// The longest time that is read: 100 years. Sums of several stay far below the range of Duration.
inline constexpr Duration max_text_duration = std::chrono::hours(24 * 365 * 100);

/// The largest size that is read: 1 PiB. Sums of thousands stay far below 2^64.
inline constexpr std::uint64_t max_text_bytes = std::uint64_t{1} << 50U;

/// Reads "0" to 100 years; units ns, us, ms, s, m, h, d; without a unit, seconds. Finer than a
/// nanosecond is rounded to the nearest, but what is not 0 never becomes 0: that is refused.
Parsed<Duration> parse_duration(std::string_view text);

/// The same for a number from JSON: seconds, 0 to 100 years. NaN and infinities are refused.
Parsed<Duration> duration_from_seconds(double seconds);

/// The shortest text that parse_duration reads as exactly `duration`, which is 0 or more:
/// "0s", "90s", "1500ms", "2h".
std::string format_duration(Duration duration);

/// Reads "0" to 1 PiB; units B, KB, MB, GB, TB (1000 each) and KiB, MiB, GiB, TiB (1024 each);
/// without a unit, bytes. Rounds as parse_duration does.
Parsed<std::uint64_t> parse_bytes(std::string_view text);

/// The text with the largest binary unit that parse_bytes reads as exactly `bytes`: "256MiB",
/// "1000B".
std::string format_bytes(std::uint64_t bytes);

}  // namespace nacre
