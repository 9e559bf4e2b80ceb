// How a cache reaches the tier that it shares with other processes: a Redis server.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "nacre/clock.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// The remote tier of a cache. What is out of range is refused with Error: invalid_argument, which
/// names the member and never shows a secret. A server that cannot be reached is no error: the
/// cache works without it and joins it when it is there.
struct RemoteOptions {
  /// redis://[user[:password]@]host[:port][/database], rediss:// for TLS, or unix:///path. In
  /// settings empty: no remote tier.
  std::string url{};

  /// Name and password, where the URL gives none. A user needs a password. The password is one of
  /// `password` and `password_file` (read by read_secret_file()).
  std::string user{};
  std::string password{};
  std::string password_file{};

  /// 0 to 65,535. Default: that of the URL, or 0.
  std::optional<std::size_t> database{};

  /// As CLIENT LIST shows the connections. At most 64 bytes without blanks; empty sets none.
  std::string client_name = "nacre";

  /// PEM files for rediss://: authorities to trust instead of the system's, and this client's
  /// certificate and key, both or neither.
  std::string ca_file{};
  std::string certificate_file{};
  std::string key_file{};

  /// The name that the server's certificate must have. Default: the host of the URL.
  std::string verify_name{};

  /// To connect, with TLS and credentials. 10 ms to 1 min.
  Duration connect_timeout = std::chrono::seconds(2);

  /// For commands that no tier_timeout limits. 1 ms to 1 min.
  Duration command_timeout = std::chrono::milliseconds(250);

  /// A connection that is silent for this long is asked whether it lives. 10 ms to 1 min.
  Duration heartbeat = std::chrono::milliseconds(500);

  /// How long the right to load one key outlives a process that dies. 100 ms to 1 min.
  Duration lease = std::chrono::seconds(5);

  /// Near copies are believed for this long after the connection was lost. 0 to 1 h.
  Duration max_disconnected_age = std::chrono::seconds(30);

  /// Threads that serve the connections. 1 to 64.
  std::size_t io_threads = 2;

  /// Changes that are kept while the server cannot be reached. One more, and every near copy is
  /// checked after the connection is back. 1 to 1,000,000.
  std::size_t max_pending = 16'384;

  /// Values are bare bytes, for sharing them with other programs: without tags, stale windows and
  /// negative entries.
  bool raw = false;
};

}  // namespace nacre
#pragma GCC visibility pop
