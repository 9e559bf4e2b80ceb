#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "nacre/error.hpp"
#include "redis/settings.hpp"

namespace nacre::redis {
namespace {

// No part of the URL in the message: it may be the password that is malformed.
[[noreturn]] void refuse(std::string_view why) {
  throw Error(Errc::invalid_argument,
              fmt::format("url: {}; allowed are redis://[user[:password]@]host[:port][/db], "
                          "rediss://... and unix:///path[?db=N]",
                          why),
              {{"field", "url"}});
}

int hex_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? hex_of(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_of(text[at + 2]) : -1;
    if (high < 0 || low < 0) refuse("a % is not followed by two hexadecimal digits");
    plain += static_cast<char>(16 * high + low);
    at += 2;
  }
  return plain;
}

std::uint32_t database_of(std::string_view text) {
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size() || index > 65535) {
    refuse("the database is not a number from 0 to 65535");
  }
  return index;
}

void read_credentials(std::string_view text, Url& url) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    url.user = decoded(text);
    return;
  }
  if (colon > 0) url.user = decoded(text.substr(0, colon));
  url.password = decoded(text.substr(colon + 1));
}

void read_query(std::string_view query, Url& url) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (part.starts_with("db=")) {
      url.database_index = database_of(part.substr(3));
    } else {
      refuse("the only parameter is db");
    }
  }
}

}  // namespace

Url Url::parse(std::string_view text) {
  Url url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) refuse("there is no scheme");
  const std::string_view scheme = text.substr(0, scheme_end);
  std::string_view rest = text.substr(scheme_end + 3);
  const bool is_unix = scheme == "unix" || scheme == "redis+unix";
  if (!is_unix && scheme != "redis" && scheme != "rediss") refuse("the scheme is unknown");
  url.is_tls = scheme == "rediss";
  if (rest.find('#') != std::string_view::npos) refuse("there is a fragment");
  if (const std::size_t query = rest.find('?'); query != std::string_view::npos) {
    read_query(rest.substr(query + 1), url);
    rest = rest.substr(0, query);
  }
  const std::size_t path = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, path);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    read_credentials(authority.substr(0, at), url);
    authority.remove_prefix(at + 1);
  }
  if (is_unix) {
    if (!authority.empty()) refuse("a Unix socket has no host");
    url.address.unix_path = decoded(rest.substr(path));
    if (url.address.unix_path.size() < 2) refuse("there is no path of a Unix socket");
    return url;
  }
  const std::optional<Address> address = Address::parse(authority);
  if (!address || !address->unix_path.empty()) refuse("the host or the port is malformed");
  url.address = *address;
  if (rest.size() > path + 1) url.database_index = database_of(rest.substr(path + 1));
  return url;
}

void Url::apply_to(ConnectSettings& settings) const {
  if (user) settings.user = *user;
  if (password) settings.password = *password;
  if (database_index) settings.database_index = *database_index;
  if (is_tls) settings.tls.is_on = true;
}

}  // namespace nacre::redis
