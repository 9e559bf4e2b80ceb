// An address to listen on, as settings write it: "127.0.0.1:3000", "[::1]:3000", "localhost:0".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/parsed.hpp"

namespace nacre::assembly {

struct ListenAddress {
  std::string host{};  ///< an IP address without brackets, or "localhost"
  std::uint16_t port = 0;
  bool is_loopback = false;  ///< only this machine can reach it
};

/// The reason of a failure says what is wrong, not what is allowed.
Parsed<ListenAddress> parse_listen_address(std::string_view text);

/// The text that parse_listen_address() reads as `address`.
std::string format_listen_address(const ListenAddress& address);

}  // namespace nacre::assembly
