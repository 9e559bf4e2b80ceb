// Who may still connect: the server's limits on open connections, in all and by address.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/mutex.hpp"
#include "server/http_limits.hpp"

namespace nacre::server {

/// Counts open connections of all loops. Thread safe; asked once a connection.
class Admission final {
 public:
  explicit Admission(const HttpLimits& limits) noexcept { set_limits(limits); }

  /// For who comes from now on; who is there stays.
  void set_limits(const HttpLimits& limits) noexcept;

  /// Counts one more connection from `remote`, or refuses it. Loopback has no limit of its own.
  [[nodiscard]] bool try_enter(const std::string& remote, bool is_loopback);

  /// Takes back one that entered.
  void leave(const std::string& remote, bool is_loopback);

  std::size_t open_count() const;

 private:
  mutable Mutex mutex_;
  std::size_t max_connection_count_ NACRE_GUARDED_BY(mutex_) = 0;
  std::size_t max_connections_per_address_ NACRE_GUARDED_BY(mutex_) = 0;
  std::size_t open_count_ NACRE_GUARDED_BY(mutex_) = 0;
  // Bounded by max_connection_count: an address leaves with its last connection.
  std::unordered_map<std::string, std::size_t> by_address_ NACRE_GUARDED_BY(mutex_);
};

}  // namespace nacre::server
