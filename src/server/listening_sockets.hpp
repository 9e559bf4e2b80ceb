// The sockets that listen on one address, one for each loop, made before anybody accepts on them:
// so that all addresses of a configuration are there, or none is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace nacre::server {

/// Owns the sockets until they are released; then closes the rest. One caller at a time.
class ListeningSockets final {
 public:
  /// Binds `count` sockets that share the port (SO_REUSEPORT). `listen` is HOST:PORT as the setting
  /// server.listen has it. Throws Error: invalid_argument for an address that is none; internal
  /// when it cannot be bound, for instance because another program listens there.
  ListeningSockets(std::string listen, std::size_t count);
  ListeningSockets(ListeningSockets&& other) noexcept = default;
  ListeningSockets& operator=(ListeningSockets&&) = delete;
  ~ListeningSockets();

  /// As it was asked for.
  const std::string& listen() const noexcept { return listen_; }

  /// With the port it really has: "127.0.0.1:3000", "[::1]:3000".
  const std::string& address() const noexcept { return address_; }
  std::uint16_t port() const noexcept { return port_; }
  bool is_v6() const noexcept { return is_v6_; }

  /// The socket of loop `index`, which the caller owns from now on. Once for each.
  int release(std::size_t index) noexcept;

 private:
  std::string listen_;
  std::string address_{};
  std::uint16_t port_ = 0;
  bool is_v6_ = false;
  std::vector<int> sockets_{};  // -1: released
};

}  // namespace nacre::server
