#include "memory/cursor.hpp"

#include <fmt/format.h>

#include <charconv>
#include <memory>

namespace nacre::memory {

namespace {

/// A number of 1 to `max_digits` lower-case hexadecimal digits, without leading zeroes.
template <class Number>
bool parse_hex(std::string_view text, Number& number) noexcept {
  if (text.empty() || text.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return false;
  }
  if (text.size() > 1 && text.front() == '0') return false;
  const char* const begin = std::to_address(text.begin());
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, number, 16);
  return error == std::errc{} && stop == end;
}

}  // namespace

std::optional<Cursor> parse_cursor(std::string_view text) noexcept {
  Cursor cursor;
  if (text.empty()) return cursor;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || !parse_hex(text.substr(0, dot), cursor.shard) ||
      !parse_hex(text.substr(dot + 1), cursor.position)) {
    return std::nullopt;
  }
  return cursor;
}

std::string format_cursor(const Cursor& cursor) {
  return fmt::format("{:x}.{:x}", cursor.shard, cursor.position);
}

}  // namespace nacre::memory
