// One TCP or TLS connection to an origin: connect, then one exchange after another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/origin_address.hpp"
#include "http/response_reader.hpp"
#include "http/tls_context.hpp"

namespace boost::asio {
class io_context;
}

namespace nacre {

/// Where an operation on a connection failed. tls: the peer could not be verified, or speaks no TLS
/// that we accept. response: see the reader's fault.
enum class ConnectionFault : std::uint8_t { none, connect, tls, reset, response };

struct ConnectionResult {
  ConnectionFault fault = ConnectionFault::none;
  std::string trouble{};  ///< for people, when there is a fault
};

/// Loop thread only. One operation at a time. The destructor closes.
class OriginConnection {
 public:
  /// Called once at the end of an operation, never inside its call, and not after close().
  using Done = std::function<void(ConnectionResult)>;

  /// `tls` is null for a plain connection. All arguments must outlive the connection.
  OriginConnection(boost::asio::io_context& context, const OriginAddress& address,
                   const TlsContext* tls);
  OriginConnection(const OriginConnection&) = delete;
  OriginConnection& operator=(const OriginConnection&) = delete;
  ~OriginConnection();

  /// Tries the addresses (text) one after the other, then does the TLS handshake: the certificate
  /// must be valid for the origin's host.
  void connect(std::vector<std::string> addresses, Done done);

  /// Sends `request` and feeds what comes back into `reader` until it needs no more.
  void exchange(std::string request, ResponseReader& reader, Done done);

  /// True when an idle connection is as it was left: open, with nothing to read. One system call.
  bool is_quiet() const noexcept;

  void close() noexcept;

 private:
  struct Wire;
  std::shared_ptr<Wire> wire_;
};

}  // namespace nacre
