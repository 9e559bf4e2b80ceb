#include "http/request_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/text_template.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

[[noreturn]] void refuse(std::string_view field, std::string_view trouble) {
  throw Error(Errc::invalid_argument, fmt::format("{}: {}", field, trouble),
              {{"field", std::string(field)}});
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 3986, section 2.3. Everything else is encoded, also where a URL would allow it: two
// keys then never share a target, and no server reads a delimiter out of a key.
bool is_unreserved(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void append_encoded(std::string& target, std::string_view text, bool keeps_slashes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c) || (keeps_slashes && c == '/')) {
      target.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      target.push_back('%');
      target.push_back(digits[byte >> 4U]);
      target.push_back(digits[byte & 15U]);
    }
  }
}

// Servers decode %2e before they resolve dot segments, so a template's %2e counts as a dot.
bool is_dot_segment(std::string_view segment) {
  std::size_t dot_count = 0;
  while (!segment.empty()) {
    const bool is_encoded = segment.starts_with("%2e") || segment.starts_with("%2E");
    if (!is_encoded && segment.front() != '.') return false;
    segment.remove_prefix(is_encoded ? 3 : 1);
    ++dot_count;
  }
  return dot_count == 1 || dot_count == 2;
}

// A path that servers may take for another one, or for a host ("//host/path").
bool has_unsafe_segment(std::string_view path) {
  if (path.find("//") != std::string_view::npos) return true;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (is_dot_segment(path.substr(0, end))) return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

void check_literal(std::string_view literal) {
  for (std::size_t at = 0; at < literal.size(); ++at) {
    const char c = literal[at];
    if (c == '#') refuse("url", "must not have a fragment (#)");
    if (c == '%' &&
        !(at + 2 < literal.size() && is_hex(literal[at + 1]) && is_hex(literal[at + 2]))) {
      refuse("url", "a '%' must be followed by two hexadecimal digits");
    }
    constexpr std::string_view allowed = "%/?-._~!$&'()*+,;=:@";
    if (!is_alphanumeric(c) && allowed.find(c) == std::string_view::npos) {
      refuse("url", "holds a character that must be percent-encoded");
    }
  }
}

std::size_t capture_index(const TemplatePart& part, std::span<const CaptureName> names,
                          std::string_view field) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const CaptureName& known) {
    return known.name == part.name;
  });
  if (found == names.end()) refuse(field, fmt::format("match captures no {{{}}}", part.name));
  if (part.is_rest && !found->is_rest) {
    refuse(field, fmt::format("write {{{}}}: match captures one segment only", part.name));
  }
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

TargetTemplate::TargetTemplate(std::string_view path_and_query,
                               std::span<const CaptureName> names) {
  if (!path_and_query.starts_with('/')) parts_.push_back({.literal = "/"});
  Place place = Place::path;
  std::string path;
  for (TemplatePart& part : parse_template(path_and_query, "url")) {
    if (part.is_capture()) {
      parts_.push_back({.capture_index = capture_index(part, names, "url"),
                        .is_capture = true,
                        .keeps_slashes = part.is_rest && place == Place::path,
                        .place = place});
      path += place == Place::path ? "x" : "";
      continue;
    }
    check_literal(part.literal);
    const std::size_t query = part.literal.find('?');
    if (place == Place::path) path += part.literal.substr(0, query);
    if (query != std::string::npos) place = Place::query;
    parts_.push_back({.literal = std::move(part.literal), .place = place});
  }
  if (has_unsafe_segment(path)) {
    refuse("url", "must not have a segment \".\" or \"..\", nor an empty one (//)");
  }
}

std::string TargetTemplate::expand(const Captures& captures) const {
  std::string target;
  std::size_t path_bytes = std::string::npos;
  for (const Part& part : parts_) {
    if (!part.is_capture) {
      target += part.literal;
      if (part.place == Place::query && path_bytes == std::string::npos) {
        path_bytes = target.find('?');
      }
      continue;
    }
    append_encoded(target, captures[part.capture_index], part.keeps_slashes);
  }
  if (has_unsafe_segment(std::string_view(target).substr(0, path_bytes))) {
    throw Error(
        Errc::invalid_key,
        "key: would make a segment of the origin's URL empty, \".\" or \"..\", which servers "
        "resolve to another path");
  }
  return target;
}

PlainTemplate::PlainTemplate(std::string_view text, std::span<const CaptureName> names,
                             std::string_view field) {
  for (TemplatePart& part : parse_template(text, field)) {
    const bool is_capture = part.is_capture();
    parts_.push_back({.literal = std::move(part.literal),
                      .capture_index = is_capture ? capture_index(part, names, field) : 0,
                      .is_capture = is_capture});
  }
}

std::string PlainTemplate::expand(const Captures& captures) const {
  std::string text;
  for (const Part& part : parts_) {
    if (part.is_capture) {
      text += captures[part.capture_index];
    } else {
      text += part.literal;
    }
  }
  return text;
}

bool is_header_value(std::string_view value) noexcept {
  const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
  return std::all_of(value.begin(), value.end(), is_printable) && !value.starts_with(' ') &&
         !value.ends_with(' ');
}

}  // namespace nacre
