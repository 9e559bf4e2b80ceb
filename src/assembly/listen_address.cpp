#include "assembly/listen_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <charconv>

namespace nacre::assembly {
namespace {

using Address = Parsed<ListenAddress>;

bool is_loopback_v4(const in_addr& address) noexcept {
  return (ntohl(address.s_addr) >> 24U) == 127;
}

bool is_loopback_v6(const in6_addr& address) noexcept {
  if (IN6_IS_ADDR_LOOPBACK(&address)) return true;
  return IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == 127;
}

}  // namespace

Parsed<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Address::failure("has no port");
  const std::string_view port = text.substr(colon + 1);
  ListenAddress address;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || end != port.data() + port.size()) {
    return Address::failure("has no valid port");
  }
  std::string_view host = text.substr(0, colon);
  const bool has_brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (has_brackets) host = host.substr(1, host.size() - 2);
  address.host = std::string(host);
  in_addr v4{};
  in6_addr v6{};
  if (has_brackets) {
    if (inet_pton(AF_INET6, address.host.c_str(), &v6) != 1) {
      return Address::failure("has no valid IPv6 address");
    }
    address.is_loopback = is_loopback_v6(v6);
  } else if (host == "localhost") {
    address.is_loopback = true;
  } else if (inet_pton(AF_INET, address.host.c_str(), &v4) == 1) {
    address.is_loopback = is_loopback_v4(v4);
  } else {
    return Address::failure("has no valid IP address");
  }
  return address;
}

std::string format_listen_address(const ListenAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(is_v6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

}  // namespace nacre::assembly
