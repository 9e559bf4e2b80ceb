#include "http/text_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "nacre/error.hpp"

namespace nacre {
namespace {

constexpr std::size_t max_name_bytes = 32;

[[noreturn]] void refuse(std::string_view field, std::string_view trouble) {
  throw Error(Errc::invalid_argument, fmt::format("{}: {}", field, trouble),
              {{"field", std::string(field)}});
}

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_allowed = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= max_name_bytes && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

TemplatePart parse_capture(std::string_view inside, std::string_view field) {
  const bool is_rest = inside.ends_with('*');
  if (is_rest) inside.remove_suffix(1);
  if (!is_name(inside)) {
    refuse(field, "a name in braces must be 1 to 32 of a-z, 0-9 and '_', beginning with a letter");
  }
  return {.literal = {}, .name = std::string(inside), .is_rest = is_rest};
}

}  // namespace

std::vector<TemplatePart> parse_template(std::string_view text, std::string_view field) {
  std::vector<TemplatePart> parts;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) parts.push_back({.literal = std::exchange(literal, {})});
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_doubled = at + 1 < text.size() && text[at + 1] == c;
    if (c != '{' && c != '}') {
      literal.push_back(c);
    } else if (is_doubled) {
      literal.push_back(c);
      ++at;
    } else if (c == '}') {
      refuse(field, "a '}' without its '{'; write }} for a brace");
    } else {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos)
        refuse(field, "a '{' without its '}'; write {{ for a brace");
      end_literal();
      parts.push_back(parse_capture(text.substr(at + 1, end - at - 1), field));
      at = end;
    }
  }
  end_literal();
  return parts;
}

}  // namespace nacre
