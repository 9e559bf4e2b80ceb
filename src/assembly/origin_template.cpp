#include "assembly/origin_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "assembly/text_checks.hpp"
#include "base/utf8.hpp"

namespace nacre::assembly {
namespace {

using Captures = Parsed<std::vector<Capture>>;

bool is_capture_name(std::string_view name) {
  constexpr std::size_t max_name_bytes = 32;
  if (name.empty() || name.size() > max_name_bytes) return false;
  if (name.front() < 'a' || name.front() > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// "host", "host:port", "[v6]:port".
std::optional<std::string> authority_trouble(std::string_view authority) {
  if (authority.empty()) return "has no host";
  if (authority.find('@') != std::string_view::npos) {
    return "has a user or password; use header_files for secrets";
  }
  if (authority.find_first_of("{}") != std::string_view::npos) {
    return "has a capture in its host; captures are for path and query";
  }
  std::string_view host = authority;
  std::string_view port = "80";
  if (authority.front() == '[') {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return "has no valid IPv6 address";
    host = authority.substr(1, close - 1);
    if (close + 1 < authority.size()) {
      if (authority[close + 1] != ':') return "has no valid IPv6 address";
      port = authority.substr(close + 2);
    }
    const bool is_v6 = !host.empty() &&
                       host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
    if (!is_v6) return "has no valid IPv6 address";
  } else {
    if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
      host = authority.substr(0, colon);
      port = authority.substr(colon + 1);
    }
    if (auto trouble = check_host_text(host)) return trouble;
  }
  const bool is_number = !port.empty() && port.size() <= 5 &&
                         port.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number || std::stoul(std::string(port)) == 0 || std::stoul(std::string(port)) > 65535) {
    return "has no valid port";
  }
  return std::nullopt;
}

}  // namespace

Parsed<std::vector<Capture>> captures_of(std::string_view text) {
  std::vector<Capture> captures;
  std::size_t segment = 0;
  for (std::size_t offset = 0; offset < text.size(); ++offset) {
    const char c = text[offset];
    if (c == ':') ++segment;
    if (c != '{' && c != '}') continue;
    if (offset + 1 < text.size() && text[offset + 1] == c) {
      ++offset;
      continue;
    }
    if (c == '}') return Captures::failure("has a } without its {; write }} for a brace");
    const std::size_t close = text.find('}', offset);
    if (close == std::string_view::npos) {
      return Captures::failure("has a { without its }; write {{ for a brace");
    }
    std::string_view name = text.substr(offset + 1, close - offset - 1);
    const bool is_rest = name.ends_with('*');
    if (is_rest) name.remove_suffix(1);
    if (!is_capture_name(name)) {
      return Captures::failure(
          fmt::format("has a capture named \"{}\"; a name is 1 to 32 of a-z, "
                      "0-9 and _, beginning with a letter",
                      utf8_prefix(name, 40)));
    }
    if (captures.size() == max_capture_count) return Captures::failure("has too many captures");
    captures.push_back({std::string(name), is_rest, close + 1, segment});
    offset = close;
  }
  return captures;
}

std::optional<std::string> match_trouble(std::string_view text) {
  const Captures captures = captures_of(text);
  if (!captures) return captures.reason();
  for (auto capture = captures->begin(); capture != captures->end(); ++capture) {
    const bool is_known = std::any_of(captures->begin(), capture, [&](const Capture& earlier) {
      return earlier.name == capture->name;
    });
    if (is_known) return fmt::format("captures {{{}}} twice", capture->name);
    if (capture != captures->begin() && std::prev(capture)->segment == capture->segment) {
      return fmt::format("captures {{{}}} in a segment that has a capture already", capture->name);
    }
    if (capture->is_rest && capture->end_offset != text.size()) {
      return fmt::format("has {{{}*}} before its end; the rest can only come last", capture->name);
    }
  }
  if (text.starts_with('~')) return "begins with ~, which no key does";
  return std::nullopt;
}

std::optional<std::string> url_trouble(std::string_view text) {
  const Captures captures = captures_of(text);
  if (!captures) return captures.reason();
  std::string_view rest = text;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    return "does not begin with http:// or https://";
  }
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (auto trouble = authority_trouble(authority)) return trouble;
  if (text.find('#') != std::string_view::npos) return "has a fragment, which is never sent";
  const bool is_ascii = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7F' && c != '\\' && c != '"' && c != '<' && c != '>';
  });
  if (!is_ascii) return "has a character that a URL must percent-encode";
  return std::nullopt;
}

std::optional<std::string> use_trouble(std::string_view text, std::string_view match) {
  const Captures used = captures_of(text);
  if (!used) return used.reason();
  const Captures captured = captures_of(match);
  if (!captured) return std::nullopt;  // reported for `match`
  for (const Capture& use : *used) {
    const bool is_captured = std::any_of(captured->begin(), captured->end(),
                                         [&](const Capture& c) { return c.name == use.name; });
    if (!is_captured) return fmt::format("uses {{{}}}, which match does not capture", use.name);
  }
  return std::nullopt;
}

}  // namespace nacre::assembly
