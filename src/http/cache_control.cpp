#include "http/cache_control.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace nacre {
namespace {

constexpr std::chrono::hours max_delta{24 * 3650};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_same_name(std::string_view name, std::string_view lower) {
  return std::equal(name.begin(), name.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// Takes the text before the next comma that is not inside quotes.
std::string_view take_directive(std::string_view& rest) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (is_quoted || rest[end] != ','); ++end) {
    if (rest[end] == '"') is_quoted = !is_quoted;
    if (rest[end] == '\\' && is_quoted) ++end;
  }
  end = std::min(end, rest.size());
  const std::string_view directive = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return directive;
}

Duration age_of(std::string_view argument) {
  if (argument.size() >= 2 && argument.front() == '"' && argument.back() == '"') {
    argument = argument.substr(1, argument.size() - 2);
  }
  return parse_delta_seconds(argument).value_or(Duration(0));
}

}  // namespace

std::optional<Duration> parse_delta_seconds(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  std::uint64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    seconds = std::min<std::uint64_t>(seconds * 10 + static_cast<std::uint64_t>(c - '0'),
                                      std::chrono::seconds(max_delta).count());
  }
  return std::chrono::seconds(seconds);
}

CacheControl parse_cache_control(std::string_view value) noexcept {
  CacheControl control;
  std::optional<Duration> shared_max_age;
  while (!value.empty()) {
    const std::string_view directive = take_directive(value);
    const std::size_t equals = std::min(directive.find('='), directive.size());
    const std::string_view name = trimmed(directive.substr(0, equals));
    const std::string_view argument =
        trimmed(directive.substr(std::min(equals + 1, directive.size())));
    if (is_same_name(name, "no-store")) control.is_no_store = true;
    if (is_same_name(name, "private")) control.is_private = true;
    if (is_same_name(name, "no-cache")) control.is_no_cache = true;
    if (is_same_name(name, "max-age") && !control.max_age) control.max_age = age_of(argument);
    if (is_same_name(name, "s-maxage") && !shared_max_age) shared_max_age = age_of(argument);
  }
  if (shared_max_age) control.max_age = shared_max_age;
  return control;
}

}  // namespace nacre
