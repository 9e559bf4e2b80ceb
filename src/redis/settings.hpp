// How a Redis server is reached: addresses, credentials, TLS, timeouts and limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nacre/clock.hpp"
#include "resp/limits.hpp"

namespace nacre::redis {

/// Where a server listens: a host and a port, or a Unix socket.
struct Address {
  std::string host{};  ///< a name, or an IPv4 or IPv6 address without brackets
  std::uint16_t port = 6379;
  std::string unix_path{};  ///< when not empty, host and port mean nothing

  /// "host:port", "[v6]:port" or "unix:/path": the name of the node everywhere.
  std::string name() const;

  /// Reads what name() writes. A missing port is 6379.
  static std::optional<Address> parse(std::string_view text);

  friend bool operator==(const Address&, const Address&) = default;
};

struct TlsSettings {
  bool is_on = false;

  /// PEM file of trusted authorities. Empty: those of the system.
  std::string ca_file{};

  /// PEM files of this client's certificate (with its chain) and key. Both or neither.
  std::string certificate_file{};
  std::string key_file{};

  /// The name the server's certificate must have. Empty: the host that is dialled.
  std::string verify_name{};

  /// The certificate is checked against the authorities but not against a name: for servers behind
  /// addresses that no certificate can name. Verification itself cannot be switched off.
  bool is_any_name_accepted = false;
};

/// All that holds for each link to each node, whatever the topology.
struct ConnectSettings {
  /// Empty: the server's default user. Ignored while `password` is empty.
  std::string user{};
  std::string password{};

  /// 0 to 65535. Cluster has only 0.
  std::uint32_t database_index = 0;

  /// As CLIENT LIST shows it. No blanks and control characters; empty sets none.
  std::string client_name = "nacre";

  TlsSettings tls{};

  /// From the look-up of the name to the end of the handshake. More than 0.
  Duration connect_timeout = std::chrono::seconds(2);

  /// For calls whose deadline is never. More than 0.
  Duration command_timeout = std::chrono::milliseconds(250);

  /// A link that has heard nothing for this long sends a PING; after `heartbeat_misses` of them
  /// without an answer it is dead. A silent half-open link is found within their product + 1.
  Duration heartbeat = std::chrono::milliseconds(500);
  std::uint32_t heartbeat_misses = 3;

  /// Least and most wait before the next attempt to connect, and what it is after a refusal of
  /// credentials at least.
  Duration reconnect_min = std::chrono::milliseconds(50);
  Duration reconnect_max = std::chrono::seconds(5);
  Duration reconnect_refused_min = std::chrono::seconds(1);

  /// A link that was ready this long starts again at reconnect_min.
  Duration reconnect_reset_after = std::chrono::seconds(10);

  /// Commands written and not yet answered, per link. 1 to 1024.
  std::size_t max_in_flight = 1024;

  /// Calls that wait for room or for a connection, per link, by count and by their bytes. One more
  /// is answered with cache.saturated.
  std::size_t max_queued = 16384;
  std::size_t max_queued_bytes = std::size_t{64} << 20;

  /// Bytes written and not yet answered, per link. A single larger command is let through alone.
  std::size_t max_in_flight_bytes = std::size_t{8} << 20;

  /// What a server may answer.
  resp::Limits limits{};

  /// CLIENT TRACKING ON (without NOLOOP) is part of the handshake. A link whose server refuses it,
  /// or speaks RESP2 only, becomes ready all the same; LinkIdentity::is_tracking says so.
  bool is_tracking = false;
};

/// What a URL says: redis://[user[:password]@]host[:port][/db], rediss:// for TLS,
/// redis+unix:// or unix:///path[?db=N]. User and password are percent-decoded.
struct Url {
  Address address{};
  std::optional<std::string> user{};
  std::optional<std::string> password{};
  std::optional<std::uint32_t> database_index{};
  bool is_tls = false;

  /// Throws Error invalid_argument, which names the field `url` and never holds the password.
  static Url parse(std::string_view text);

  /// Puts what the URL says into `settings`; what it does not say stays.
  void apply_to(ConnectSettings& settings) const;
};

/// Throws Error invalid_argument with the field's name for what is out of range.
void check(const ConnectSettings& settings);

}  // namespace nacre::redis
