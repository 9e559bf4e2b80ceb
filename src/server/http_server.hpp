// An HTTP/1.1 server: threads that each accept, read, answer and write on their own.
//
// Every thread has its own event loop and its own listening socket on the same port (SO_REUSEPORT),
// so connections share nothing between threads but the limits on their number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/log.hpp"
#include "server/access_log.hpp"
#include "server/http_limits.hpp"
#include "server/http_session.hpp"
#include "server/listening_sockets.hpp"

namespace nacre::server {

struct HttpServerOptions {
  /// Each HOST:PORT: the host an IPv4 address, an IPv6 address in brackets, or localhost, which is
  /// 127.0.0.1; port 0 picks a free one. 1 to 16.
  std::vector<std::string> listen{"127.0.0.1:3000"};

  /// Loops, 1 to 64.
  std::size_t thread_count = 2;

  HttpLimits limits{};

  /// How often each loop looks for idle and slow peers.
  Duration sweep_interval = std::chrono::milliseconds(250);

  /// Time. Must not be null.
  std::shared_ptr<Clock> clock{};

  /// Told of each answered request. Empty: no access log.
  AccessLog access_log{};

  /// Told of trouble with sockets. Empty: nobody.
  LogSink log{};
};

/// What may change while it serves.
struct HttpServerChange {
  HttpLimits limits{};
  AccessLog access_log{};
  std::vector<std::string> listen{};

  /// What bind_new() gave for `listen`.
  std::vector<ListeningSockets> sockets{};
};

/// Serves from its construction on. Thread safe, but for reconfigure() and addresses(), which are
/// for one caller at a time.
class HttpServer final {
 public:
  /// Binds and starts. `handler` outlives the server. Throws Error: invalid_argument (an address
  /// that is none), internal (one cannot be bound; the message says why).
  HttpServer(HttpServerOptions options, RequestHandler& handler);

  /// Ends at once what drain() has not ended.
  ~HttpServer();

  /// Sockets for those of `listen` that it does not listen on yet. Nobody is served there before
  /// reconfigure() has them. Throws as the constructor.
  std::vector<ListeningSockets> bind_new(const std::vector<std::string>& listen) const;

  /// Uses `change` from now on, for open connections too. An address that is not listened on any
  /// more is closed; connections made there stay. Not after drain().
  void reconfigure(HttpServerChange change);

  /// Where it listens, with the ports it really has: "127.0.0.1:3000", "[::1]:3000".
  const std::vector<std::string>& addresses() const noexcept;

  /// The port of the first address.
  std::uint16_t port() const noexcept;
  std::size_t connection_count() const;

  /// Stops accepting, closes idle connections and lets the others finish what they are asked.
  /// Returns at once.
  void drain();

  /// After drain(): waits until no connection is left. False when `timeout` passed first.
  [[nodiscard]] bool wait_drained(Duration timeout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nacre::server
