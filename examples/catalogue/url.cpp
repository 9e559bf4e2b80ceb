#include "url.hpp"

#include <charconv>

namespace catalogue {
namespace {

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    unsigned char byte = 0;
    const char* digits = text.data() + i + 1;
    if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

/// Takes the text before the next `separator`, and both out of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

}  // namespace

std::optional<Url> parse_url(std::string_view target) {
  Url url;
  std::string_view path = take_until(target, '?');
  if (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    auto segment = decode(take_until(path, '/'), false);
    if (!segment) return std::nullopt;
    url.segments.push_back(std::move(*segment));
  }
  while (!target.empty()) {
    std::string_view pair = take_until(target, '&');
    const auto name = decode(take_until(pair, '='), true);
    auto value = decode(pair, true);
    if (!name || !value) return std::nullopt;
    url.query[*name] = std::move(*value);
  }
  return url;
}

}  // namespace catalogue
