#include "codec/rfc3339.hpp"

#include <chrono>
#include <cstdint>

namespace nacre {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t seconds_per_day = 86'400;

std::int64_t seconds_at(year_month_day date) {
  return std::int64_t{sys_days(date).time_since_epoch().count()} * seconds_per_day;
}

void append_number(std::string& text, unsigned number, std::size_t digits) {
  const std::string plain = std::to_string(number);
  text.append(digits - plain.size(), '0').append(plain);
}

/// Takes a text apart from its front. After a failure everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool take(char wanted) { return take_one_of({&wanted, 1}) != '\0'; }

  char take_one_of(std::string_view wanted) {
    if (rest_.empty() || wanted.find(rest_.front()) == std::string_view::npos) return '\0';
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  /// Exactly `digits` digits, of a number up to `highest`.
  std::optional<unsigned> take_number(std::size_t digits, unsigned highest) {
    if (rest_.size() < digits) return std::nullopt;
    unsigned number = 0;
    for (std::size_t index = 0; index < digits; ++index) {
      const char digit = take_one_of("0123456789");
      if (digit == '\0') return std::nullopt;
      number = number * 10 + static_cast<unsigned>(digit - '0');
    }
    if (number > highest) return std::nullopt;
    return number;
  }

  bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::int64_t> take_date(Scanner& scanner) {
  const auto years = scanner.take_number(4, 9999);
  if (!years || !scanner.take('-')) return std::nullopt;
  const auto months = scanner.take_number(2, 12);
  if (!months || !scanner.take('-')) return std::nullopt;
  const auto days = scanner.take_number(2, 31);
  if (!days) return std::nullopt;
  const year_month_day date(year(static_cast<int>(*years)), month(*months), day(*days));
  if (!date.ok()) return std::nullopt;
  return seconds_at(date);
}

std::optional<std::int64_t> take_time_of_day(Scanner& scanner) {
  const auto hours = scanner.take_number(2, 23);
  if (!hours || !scanner.take(':')) return std::nullopt;
  const auto minutes = scanner.take_number(2, 59);
  if (!minutes || !scanner.take(':')) return std::nullopt;
  const auto seconds = scanner.take_number(2, 59);
  if (!seconds) return std::nullopt;
  return std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60 + std::int64_t{*seconds};
}

std::optional<std::uint32_t> take_fraction(Scanner& scanner) {
  if (!scanner.take('.')) return 0;
  std::uint32_t nanoseconds = 0;
  std::uint32_t unit = 1'000'000'000;
  while (const char digit = scanner.take_one_of("0123456789")) {
    unit /= 10;
    if (unit == 0) return std::nullopt;
    nanoseconds += static_cast<std::uint32_t>(digit - '0') * unit;
  }
  if (unit == 1'000'000'000) return std::nullopt;
  return nanoseconds;
}

/// Seconds to the east of Greenwich.
std::optional<std::int64_t> take_offset(Scanner& scanner) {
  const char sign = scanner.take_one_of("Zz+-");
  if (sign == '\0') return std::nullopt;
  if (sign == 'Z' || sign == 'z') return 0;
  const auto hours = scanner.take_number(2, 23);
  if (!hours || !scanner.take(':')) return std::nullopt;
  const auto minutes = scanner.take_number(2, 59);
  if (!minutes) return std::nullopt;
  const std::int64_t seconds = std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
  return sign == '+' ? seconds : -seconds;
}

}  // namespace

std::optional<std::string> format_rfc3339(Instant instant) {
  static const std::int64_t first = seconds_at(year(0) / 1 / 1);
  static const std::int64_t last = seconds_at(year(9999) / 12 / 31) + seconds_per_day - 1;
  if (instant.seconds < first || instant.seconds > last) return std::nullopt;

  const std::chrono::sys_seconds time{std::chrono::seconds(instant.seconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  std::string text;
  text.reserve(32);
  append_number(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_number(text += '-', static_cast<unsigned>(date.month()), 2);
  append_number(text += '-', static_cast<unsigned>(date.day()), 2);
  append_number(text += 'T', static_cast<unsigned>(clock.hours().count()), 2);
  append_number(text += ':', static_cast<unsigned>(clock.minutes().count()), 2);
  append_number(text += ':', static_cast<unsigned>(clock.seconds().count()), 2);
  if (instant.nanoseconds != 0) {
    append_number(text += '.', instant.nanoseconds, 9);
    text.erase(text.find_last_not_of('0') + 1);
  }
  text += 'Z';
  return text;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  Scanner scanner(text);
  const auto date = take_date(scanner);
  if (!date || scanner.take_one_of("Tt") == '\0') return std::nullopt;
  const auto time_of_day = take_time_of_day(scanner);
  if (!time_of_day) return std::nullopt;
  const auto nanoseconds = take_fraction(scanner);
  if (!nanoseconds) return std::nullopt;
  const auto offset = take_offset(scanner);
  if (!offset || !scanner.is_at_end()) return std::nullopt;
  return Instant{*date + *time_of_day - *offset, *nanoseconds};
}

}  // namespace nacre
