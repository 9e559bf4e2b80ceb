#include "server/listen_address.hpp"

#include <charconv>

namespace nacre::server {

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto result = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (port_text.empty() || result.ec != std::errc() ||
      result.ptr != port_text.data() + port_text.size()) {
    return std::nullopt;
  }
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.empty()) return std::nullopt;
  return ListenAddress{std::string(host == "localhost" ? "127.0.0.1" : host), port};
}

bool is_loopback_host(std::string_view host) noexcept {
  return host.starts_with("127.") || host == "::1" || host == "localhost";
}

}  // namespace nacre::server
