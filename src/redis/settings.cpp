#include "redis/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "nacre/error.hpp"

namespace nacre::redis {
namespace {

constexpr std::string_view unix_prefix = "unix:";

[[noreturn]] void refuse(std::string_view field, std::string_view allowed) {
  throw Error(Errc::invalid_argument, fmt::format("{}: allowed is {}", field, allowed),
              {{"field", std::string(field)}, {"allowed", std::string(allowed)}});
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_plain(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::string Address::name() const {
  if (!unix_path.empty()) return fmt::format("{}{}", unix_prefix, unix_path);
  const bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::optional<Address> Address::parse(std::string_view text) {
  Address address;
  if (text.starts_with(unix_prefix)) {
    address.unix_path = text.substr(unix_prefix.size());
    return address.unix_path.starts_with('/') ? std::optional(address) : std::nullopt;
  }
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    address.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    address.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (address.host.empty() || !is_plain(address.host)) return std::nullopt;
  if (rest.empty()) return address;
  const std::optional<std::uint16_t> port = parse_port(rest.substr(1));
  if (rest.front() != ':' || !port) return std::nullopt;
  address.port = *port;
  return address;
}

void check(const ConnectSettings& settings) {
  constexpr Duration none = Duration::zero();
  if (settings.connect_timeout <= none) refuse("connect_timeout", "more than 0");
  if (settings.command_timeout <= none) refuse("command_timeout", "more than 0");
  if (settings.heartbeat <= none) refuse("heartbeat", "more than 0");
  if (settings.heartbeat_misses == 0) refuse("heartbeat_misses", "1 or more");
  if (settings.reconnect_min <= none) refuse("reconnect_min", "more than 0");
  if (settings.reconnect_max < settings.reconnect_min) {
    refuse("reconnect_max", "reconnect_min or more");
  }
  if (settings.max_in_flight < 1 || settings.max_in_flight > 1024) {
    refuse("max_in_flight", "1 to 1024");
  }
  if (settings.max_in_flight_bytes == 0) refuse("max_in_flight_bytes", "1 or more");
  if (settings.database_index > 65535) refuse("database_index", "0 to 65535");
  if (!is_plain(settings.client_name)) refuse("client_name", "printable ASCII without blanks");
  if (settings.tls.certificate_file.empty() != settings.tls.key_file.empty()) {
    refuse("certificate_file", "a certificate together with its key, or neither");
  }
}

}  // namespace nacre::redis
