// Scheme, host and port of an origin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nacre {

/// Where an origin is. Written in the config, never taken from a key or a reply.
struct OriginAddress {
  bool is_tls = false;
  std::string host{};  ///< lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;

  /// "http://127.0.0.1:3001": for labels and messages.
  std::string to_string() const;

  /// The Host header: without the port where it is the scheme's own.
  std::string host_header() const;

  friend bool operator==(const OriginAddress&, const OriginAddress&) = default;
};

/// An URL taken apart: the address, and the rest as it stands.
struct OriginUrl {
  OriginAddress address{};
  std::string_view path_and_query{};  ///< a view into the text; may be empty
};

/// Splits an http or https URL (a template has its braces in path_and_query).
/// Throws Error: invalid_argument, which names the field `url`.
OriginUrl parse_origin_url(std::string_view url);

}  // namespace nacre
