#include "cli/url.hpp"

#include <algorithm>
#include <charconv>

namespace nacre::cli {
namespace {

constexpr std::string_view scheme = "http://";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const char* end = text.data() + text.size();
  return std::from_chars(text.data(), end, port).ptr == end && port >= 1 && port <= 65'535;
}

bool is_host_character(char c) {
  return is_unreserved(c) || c == ':';
}

bool is_path_character(char c) {
  return is_unreserved(c) || c == '/' || c == '%';
}

}  // namespace

std::string ServerUrl::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + port;
}

Parsed<ServerUrl> parse_server_url(std::string_view text) {
  using Result = Parsed<ServerUrl>;
  if (text.starts_with("https://")) {
    return Result::failure("is https; nacred speaks plain http, allowed is http://HOST[:PORT]");
  }
  const auto broken = [] {
    return Result::failure("is no address; allowed is http://HOST[:PORT]");
  };
  if (!text.starts_with(scheme)) return broken();
  text.remove_prefix(scheme.size());

  ServerUrl url;
  std::string_view authority = text.substr(0, text.find('/'));
  url.path = text.substr(authority.size());
  while (url.path.ends_with('/')) url.path.pop_back();

  // A colon inside brackets belongs to an IPv6 address.
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) url.port = authority.substr(colon + 1);
  url.host = authority.substr(0, colon);
  if (url.host.starts_with('[') && url.host.ends_with(']')) {
    url.host = url.host.substr(1, url.host.size() - 2);
  }
  const bool is_sound = !url.host.empty() && is_port(url.port) &&
                        std::all_of(url.host.begin(), url.host.end(), is_host_character) &&
                        std::all_of(url.path.begin(), url.path.end(), is_path_character);
  if (!is_sound) return broken();
  return url;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 15U];
  }
  return encoded;
}

std::string query_string(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    query += query.empty() ? '?' : '&';
    query += name + '=' + percent_encode(value);
  }
  return query;
}

}  // namespace nacre::cli
