// Where a server listens, as text and taken apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nacre::server {

/// HOST:PORT taken apart. The host is an IP address without brackets.
struct ListenAddress {
  std::string host{};
  std::uint16_t port = 0;
};

/// Reads "127.0.0.1:3000", "[::1]:3000" or "localhost:3000" (127.0.0.1). Nullopt for anything
/// else; whether the host is an address is not looked at.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

/// True for 127.0.0.0/8 and ::1: addresses only this machine can reach.
bool is_loopback_host(std::string_view host) noexcept;

}  // namespace nacre::server
