// A TCP proxy that misbehaves when a test tells it to.
//
//   FaultProxy proxy({.target_port = server.port()});
//   ... connect to proxy.port() ...
//   proxy.set(Direction::down, {.edit = drop_pushes()});   // invalidations are lost
//   proxy.black_hole();                                    // both ends stay open and silent
//   proxy.heal();
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "chaos/faults.hpp"

namespace nacre::chaos {

struct ProxyOptions {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 0;  ///< 0: a free one
  std::string target_host = "127.0.0.1";
  std::uint16_t target_port = 0;
  std::string source_host{};  ///< the address it connects from; empty: the kernel's choice
  std::uint64_t seed = 1;     ///< of jitter and of flipped bytes
};

/// One line of the log.
struct LoggedFault {
  std::chrono::microseconds at{};      ///< since the proxy began
  std::int64_t connection_index = -1;  ///< -1: all
  std::string what{};
};

/// Serves on a thread of its own until destroyed. Thread safe. What a call changes holds for the
/// connections there are and for those that come, from its return on; bytes already on their way to
/// a socket are not called back. Buffers at most 1 MiB for each direction of a connection.
class FaultProxy {
 public:
  explicit FaultProxy(const ProxyOptions& options);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  std::uint16_t port() const noexcept;

  /// Replaces all faults of the direction.
  void set(Direction direction, const Faults& faults);
  /// No faults in either direction, and connections are taken again.
  void heal();

  /// Everything is swallowed, both ways, and ends are not passed on.
  void black_hole();
  /// Every connection is reset, at both ends.
  void reset_all();
  /// Every connection ends in order, at both ends.
  void close_all();
  /// New connections are refused by the kernel, as if nobody listened.
  void refuse();
  /// New connections are taken and closed at once.
  void drop_new();

  std::size_t connection_count() const;  ///< open now
  std::uint64_t accepted_count() const;  ///< ever
  std::uint64_t forwarded_bytes(Direction direction) const;
  std::vector<LoggedFault> log() const;
  /// The log as text, one line a fault, for failure messages.
  std::string print_log() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace nacre::chaos
