#include "assembly/text_checks.hpp"

#include <algorithm>
#include <array>

#include "assembly/listen_address.hpp"
#include "nacre/error.hpp"
#include "tier/key.hpp"

namespace nacre::assembly {
namespace {

bool is_lower_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

// RFC 9110 section 5.6.2.
bool is_token_character(char c) noexcept {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return is_lower_or_digit(lower(c)) || others.find(c) != std::string_view::npos;
}

constexpr std::array<std::string_view, 19> own_headers = {
    "connection",    "content-encoding",  "content-length", "content-type",
    "expect",        "host",              "if-match",       "if-modified-since",
    "if-none-match", "if-range",          "if-unmodified-since", "keep-alive",
    "proxy-authorization", "proxy-connection", "range",     "te",
    "trailer",       "transfer-encoding", "upgrade"};

}  // namespace

TextTrouble check_listen_text(std::string_view text) {
  const Parsed<ListenAddress> address = parse_listen_address(text);
  if (!address) return address.reason();
  return std::nullopt;
}

TextTrouble check_host_text(std::string_view text) {
  constexpr std::size_t max_host_bytes = 253;  // RFC 1035 section 2.3.4
  if (text.empty() || text.size() > max_host_bytes) return "has a host that is empty or too long";
  const bool is_valid = std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower_or_digit(lower(c)) || c == '-' || c == '.' || c == '_';
  });
  if (!is_valid) return "has a host with a character that is not allowed";
  return std::nullopt;
}

TextTrouble check_web_origin_text(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return "does not begin with http:// or https://";
  }
  const std::size_t colon = rest.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view port = rest.substr(colon + 1);
    const bool is_port = !port.empty() && port.size() <= 5 &&
                         port.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_port) return "has no valid port, or more than a port";
    rest = rest.substr(0, colon);
  }
  return check_host_text(rest);
}

TextTrouble check_log_level_text(std::string_view text) {
  constexpr std::array<std::string_view, 4> levels = {"debug", "info", "warning", "error"};
  if (std::find(levels.begin(), levels.end(), text) == levels.end()) return "is no level";
  return std::nullopt;
}

TextTrouble check_namespace_text(std::string_view text) {
  try {
    check_namespace(text);
  } catch (const Error&) {
    return "is no namespace";
  }
  return std::nullopt;
}

TextTrouble check_key_prefix_text(std::string_view text) {
  try {
    check_key(text);
  } catch (const Error&) {
    return "cannot begin a key";
  }
  return std::nullopt;
}

TextTrouble check_tag_text(std::string_view text) {
  try {
    check_tag(text);
  } catch (const Error&) {
    return "has a tag that is empty or too long";
  }
  return std::nullopt;
}

TextTrouble check_cache_name_text(std::string_view text) {
  constexpr std::size_t max_name_bytes = 64;
  if (text.empty() || text.size() > max_name_bytes) return "is empty or too long";
  const bool is_valid = std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower_or_digit(c) || c == '_' || c == '-';
  });
  if (!is_valid) return "has a character that is not allowed";
  return std::nullopt;
}

TextTrouble check_header_name_text(std::string_view text) {
  constexpr std::size_t max_header_name_bytes = 256;
  if (text.empty() || text.size() > max_header_name_bytes ||
      !std::all_of(text.begin(), text.end(), is_token_character)) {
    return "has a name that is no HTTP field name";
  }
  const std::string name = lower(text);
  if (std::find(own_headers.begin(), own_headers.end(), name) != own_headers.end()) {
    return "has the field " + name + ", which nacred sets itself";
  }
  return std::nullopt;
}

}  // namespace nacre::assembly
