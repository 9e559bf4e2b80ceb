#include "base/text_units.hpp"

#include <fmt/core.h>

#include <cmath>
#include <span>

namespace nacre {
namespace {

__extension__ using Wide = unsigned __int128;

struct Unit {
  std::string_view name;
  std::uint64_t size = 1;  // in the smallest unit: nanoseconds or bytes
};

constexpr std::uint64_t second_ns = 1'000'000'000;

// Largest first: format_duration takes the first that divides.
constexpr Unit time_units[] = {{"d", 86'400 * second_ns},
                               {"h", 3'600 * second_ns},
                               {"m", 60 * second_ns},
                               {"s", second_ns},
                               {"ms", 1'000'000},
                               {"us", 1'000},
                               {"ns", 1}};

constexpr std::uint64_t kib = 1024;

// The binary ones first and largest first, down to the byte: what format_bytes tries.
constexpr Unit binary_units[] = {
    {"TiB", kib* kib* kib* kib}, {"GiB", kib* kib* kib}, {"MiB", kib* kib}, {"KiB", kib}, {"B", 1}};

constexpr Unit byte_units[] = {{"TiB", kib* kib* kib* kib},
                               {"GiB", kib* kib* kib},
                               {"MiB", kib* kib},
                               {"KiB", kib},
                               {"TB", 1'000'000'000'000},
                               {"GB", 1'000'000'000},
                               {"MB", 1'000'000},
                               {"KB", 1'000},
                               {"B", 1}};

constexpr std::string_view duration_rule =
    "allowed are 0 to 36500d as a number of seconds or a text with its unit ns, us, ms, s, m, h "
    "or d, like \"1.5s\"";
constexpr std::string_view bytes_rule =
    "allowed are 0 to 1024TiB as a number of bytes or a text with its unit B, KB, MB, GB, TB, KiB, "
    "MiB, GiB or TiB, like \"256MiB\"";

// What one kind of quantity allows.
struct Grammar {
  std::span<const Unit> units;
  std::uint64_t plain_size = 1;  // what a number without a unit counts
  std::uint64_t max = 0;         // in the smallest unit
  std::string_view smallest;     // its name
  std::string_view rule;
};

constexpr Grammar duration_grammar{.units = time_units,
                                   .plain_size = second_ns,
                                   .max = static_cast<std::uint64_t>(max_text_duration.count()),
                                   .smallest = "1ns",
                                   .rule = duration_rule};

constexpr Grammar bytes_grammar{.units = byte_units,
                                .plain_size = 1,
                                .max = max_text_bytes,
                                .smallest = "1B",
                                .rule = bytes_rule};

Parsed<std::uint64_t> refuse(std::string_view trouble, const Grammar& grammar) {
  return Parsed<std::uint64_t>::failure(fmt::format("{}; {}", trouble, grammar.rule));
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) noexcept {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

// Texts longer than this are refused before they are read.
constexpr std::size_t max_text_length = 64;

// A decimal number, split where the parser needs it.
struct Decimal {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;        // the digits after the point, at most 18
  std::uint64_t fraction_scale = 1;  // 10 to the number of those digits
  bool has_more_digits = false;      // digits other than 0 beyond the 18th
};

// False when the whole part has no place in 64 bits.
bool read_whole(std::string_view digits, Decimal& decimal) noexcept {
  constexpr std::uint64_t limit = (~std::uint64_t{0} - 9) / 10;
  for (const char digit : digits) {
    if (decimal.whole > limit) return false;
    decimal.whole = decimal.whole * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return true;
}

void read_fraction(std::string_view digits, Decimal& decimal) noexcept {
  constexpr std::uint64_t max_scale = 1'000'000'000'000'000'000;
  for (const char digit : digits) {
    if (decimal.fraction_scale < max_scale) {
      decimal.fraction = decimal.fraction * 10 + static_cast<std::uint64_t>(digit - '0');
      decimal.fraction_scale *= 10;
    } else if (digit != '0') {
      decimal.has_more_digits = true;
    }
  }
}

// `decimal` units of `size`, in the smallest unit.
Parsed<std::uint64_t> scale(const Decimal& decimal, std::uint64_t size, const Grammar& grammar) {
  const Wide part = static_cast<Wide>(decimal.fraction) * size;
  const Wide rounded = (part + decimal.fraction_scale / 2) / decimal.fraction_scale;
  const Wide total = static_cast<Wide>(decimal.whole) * size + rounded;
  if (total > grammar.max) return refuse("is too large", grammar);
  const bool is_zero = decimal.whole == 0 && decimal.fraction == 0 && !decimal.has_more_digits;
  if (total == 0 && !is_zero) {
    return refuse(fmt::format("is less than {}", grammar.smallest), grammar);
  }
  return static_cast<std::uint64_t>(total);
}

const Unit* find_unit(std::string_view name, const Grammar& grammar) noexcept {
  for (const Unit& unit : grammar.units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

Parsed<std::uint64_t> parse(std::string_view text, const Grammar& grammar) {
  if (text.empty()) return refuse("is empty", grammar);
  if (text.size() > max_text_length) return refuse("is too long", grammar);
  if (text.front() == '-') return refuse("is negative", grammar);
  std::string_view rest = text;
  const std::string_view whole = take_digits(rest);
  if (whole.empty()) return refuse("does not begin with a digit", grammar);
  Decimal decimal;
  if (!read_whole(whole, decimal)) return refuse("is too large", grammar);
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    const std::string_view fraction = take_digits(rest);
    if (fraction.empty()) return refuse("has no digit after the point", grammar);
    read_fraction(fraction, decimal);
  }
  if (rest.empty()) return scale(decimal, grammar.plain_size, grammar);
  const Unit* unit = find_unit(rest, grammar);
  if (unit == nullptr) return refuse("has an unknown unit", grammar);
  return scale(decimal, unit->size, grammar);
}

std::string format(std::uint64_t amount, std::span<const Unit> units, std::string_view zero) {
  if (amount == 0) return std::string(zero);
  for (const Unit& unit : units) {
    if (amount % unit.size == 0) return fmt::format("{}{}", amount / unit.size, unit.name);
  }
  return {};  // not reached: the last unit has the size 1
}

Parsed<Duration> refuse_duration(std::string_view trouble) {
  return Parsed<Duration>::failure(fmt::format("{}; {}", trouble, duration_rule));
}

}  // namespace

Parsed<Duration> parse_duration(std::string_view text) {
  const Parsed<std::uint64_t> nanoseconds = parse(text, duration_grammar);
  if (!nanoseconds) return Parsed<Duration>::failure(nanoseconds.reason());
  return Duration(static_cast<Duration::rep>(nanoseconds.value()));
}

Parsed<Duration> duration_from_seconds(double seconds) {
  if (std::isnan(seconds)) return refuse_duration("is not a number");
  if (seconds < 0) return refuse_duration("is negative");
  const double nanoseconds = seconds * static_cast<double>(second_ns);
  if (nanoseconds > static_cast<double>(max_text_duration.count())) {
    return refuse_duration("is too large");
  }
  const auto rounded = static_cast<Duration::rep>(std::llround(nanoseconds));
  if (rounded == 0 && seconds != 0) return refuse_duration("is less than 1ns");
  return Duration(rounded);
}

std::string format_duration(Duration duration) {
  NACRE_CHECK(duration >= Duration::zero());
  return format(static_cast<std::uint64_t>(duration.count()), time_units, "0s");
}

Parsed<std::uint64_t> parse_bytes(std::string_view text) {
  return parse(text, bytes_grammar);
}

std::string format_bytes(std::uint64_t bytes) {
  return format(bytes, binary_units, "0B");
}

}  // namespace nacre
