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
  /// `limits` outlives it.
  explicit Admission(const HttpLimits& limits) noexcept : limits_(limits) {}

  /// Counts one more connection from `remote`, or refuses it. Loopback has no limit of its own.
  [[nodiscard]] bool try_enter(const std::string& remote, bool is_loopback);

  /// Takes back one that entered.
  void leave(const std::string& remote, bool is_loopback);

  std::size_t open_count() const;

 private:
  const HttpLimits& limits_;
  mutable Mutex mutex_;
  std::size_t open_count_ NACRE_GUARDED_BY(mutex_) = 0;
  // Bounded by max_connection_count: an address leaves with its last connection.
  std::unordered_map<std::string, std::size_t> by_address_ NACRE_GUARDED_BY(mutex_);
};

}  // namespace nacre::server
