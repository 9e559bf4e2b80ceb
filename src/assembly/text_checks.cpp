#include "assembly/text_checks.hpp"

#include <algorithm>
#include <array>

#include "assembly/listen_address.hpp"
#include "nacre/error.hpp"
#include "nacre/options.hpp"
#include "redis/settings.hpp"
#include "tier/key.hpp"

namespace nacre::assembly {
namespace {

bool is_lower_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// RFC 9110 section 5.6.2, without capitals.
bool is_token_character(char c) noexcept {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return is_lower_or_digit(c) || others.find(c) != std::string_view::npos;
}

// What only the client of the origin may set: framing, conditions, and the host.
constexpr std::array<std::string_view, 18> own_headers = {"host",
                                                          "connection",
                                                          "content-length",
                                                          "transfer-encoding",
                                                          "te",
                                                          "trailer",
                                                          "upgrade",
                                                          "expect",
                                                          "keep-alive",
                                                          "proxy-connection",
                                                          "if-none-match",
                                                          "if-modified-since",
                                                          "if-match",
                                                          "if-unmodified-since",
                                                          "if-range",
                                                          "range",
                                                          "content-range",
                                                          "accept-encoding"};

// They tell requests apart for people and change no answer.
constexpr std::array<std::string_view, 3> passed_headers = {"traceparent", "tracestate",
                                                            "x-request-id"};

constexpr std::array<std::string_view, 4> log_levels = {"debug", "info", "warning", "error"};

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

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
  if (!is_one_of(log_levels, text)) return "is no level";
  return std::nullopt;
}

TextTrouble check_write_policy_text(std::string_view text) {
  if (text == name_of(WritePolicy::best_effort) || text == name_of(WritePolicy::strict)) {
    return std::nullopt;
  }
  return "is no policy";
}

TextTrouble check_client_name_text(std::string_view text) {
  const bool is_plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (is_plain) return std::nullopt;
  return "has a blank or what is no printable ASCII";
}

TextTrouble check_remote_url_text(std::string_view text) {
  if (text.empty()) return std::nullopt;
  try {
    redis::Url::parse(text);
    return std::nullopt;
  } catch (const Error&) {
    return "is not the URL of a Redis server";
  }
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
    return "has a name that is no HTTP field name in lower case";
  }
  if (is_one_of(own_headers, text)) {
    return "has the field " + std::string(text) + ", which nacred sets itself";
  }
  return std::nullopt;
}

TextTrouble check_passed_header_text(std::string_view text) {
  if (is_one_of(passed_headers, text)) return std::nullopt;
  return "has a field that would be one caller's, but all callers share the answer";
}

}  // namespace nacre::assembly
