#include "http/origin_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "nacre/error.hpp"

namespace nacre {
namespace {

constexpr std::size_t max_host_bytes = 253;  // RFC 1035, section 2.3.4, without the last dot
constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

[[noreturn]] void refuse(std::string_view trouble) {
  throw Error(Errc::invalid_argument,
              fmt::format("url: {}; give one like http://127.0.0.1:3001/products/{{id}}", trouble),
              {{"field", "url"}});
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string checked_host(std::string_view host, bool is_bracketed) {
  const auto is_allowed = [&](char c) {
    const char lower = to_lower(c);
    const bool is_word = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.';
    return is_word || c == (is_bracketed ? ':' : '-') || (c == '_' && !is_bracketed);
  };
  if (host.empty() || host.size() > max_host_bytes ||
      !std::all_of(host.begin(), host.end(), is_allowed)) {
    refuse("the host must be a name, an IPv4 address, or an IPv6 address in brackets");
  }
  std::string lower(host);
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
  return lower;
}

std::uint16_t checked_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    refuse("the port must be 1 to 65535");
  }
  return port;
}

}  // namespace

std::string OriginAddress::to_string() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", is_tls ? "https" : "http", is_ipv6 ? "[" : "", host,
                     is_ipv6 ? "]" : "", port);
}

std::string OriginAddress::host_header() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const std::string name = is_ipv6 ? fmt::format("[{}]", host) : host;
  return port == (is_tls ? https_port : http_port) ? name : fmt::format("{}:{}", name, port);
}

OriginUrl parse_origin_url(std::string_view url) {
  OriginUrl result;
  if (url.starts_with("https://")) {
    result.address.is_tls = true;
  } else if (!url.starts_with("http://")) {
    refuse("must begin with http:// or https://");
  }
  url.remove_prefix(result.address.is_tls ? 8 : 7);

  const std::size_t authority_end = std::min(url.find_first_of("/?#"), url.size());
  std::string_view authority = url.substr(0, authority_end);
  result.path_and_query = url.substr(authority_end);
  if (authority.find('{') != std::string_view::npos) {
    refuse("a capture may stand only after the first '/', so that no key can name the host");
  }
  if (authority.find('@') != std::string_view::npos) {
    refuse("must not hold a user or password; send them with headers.authorization");
  }

  const bool is_bracketed = authority.starts_with('[');
  std::string_view host = authority;
  std::optional<std::string_view> port;
  if (is_bracketed) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) refuse("an IPv6 address must end with ']'");
    host = authority.substr(1, close - 1);
    const std::string_view after = authority.substr(close + 1);
    if (!after.empty() && after.front() != ':') refuse("only a port may follow the ']'");
    if (!after.empty()) port = after.substr(1);
  } else if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  result.address.host = checked_host(host, is_bracketed);
  result.address.port = port ? checked_port(*port) : result.address.is_tls ? https_port : http_port;
  return result;
}

}  // namespace nacre
