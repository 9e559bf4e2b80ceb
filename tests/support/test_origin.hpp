// A small HTTP origin on the loopback interface whose every answer the test writes.
//
//   TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "hello"); });
//   ... origin.url("/products/{id}") ...
//   origin.wait_for_requests(1);
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nacre::test {

/// One request as it arrived.
struct SeenRequest {
  std::string target{};
  std::map<std::string, std::string> headers{};  ///< names in lower case
  std::size_t request_index = 0;                 ///< of all requests, from 0
  std::size_t connection_index = 0;              ///< of all connections, from 0
};

/// What the origin does with one request.
struct OriginScript {
  std::string bytes{};     ///< what is sent, as it is
  bool is_held = false;    ///< sent only when the test calls release()
  bool closes = false;     ///< ends the connection in order, after sending
  bool resets = false;     ///< breaks the connection (RST), after sending
  bool truncates = false;  ///< ends the connection without TLS's own end, after sending

  /// A complete response with a Content-Length. `headers` are whole lines.
  static OriginScript reply(int status, const std::string& body, const std::string& headers = {});
};

/// The certificate of a TLS origin, in PEM.
struct OriginIdentity {
  std::string certificate{};
  std::string private_key{};
};

/// Serves until destroyed, on a thread of its own. Thread safe. Its waits are for other threads,
/// not for time: each fails the test after ten seconds.
class TestOrigin {
 public:
  /// Called on the origin's thread for each request.
  using Handler = std::function<OriginScript(const SeenRequest&)>;

  explicit TestOrigin(Handler handler, const std::optional<OriginIdentity>& identity = {});
  ~TestOrigin();

  std::uint16_t port() const noexcept;

  /// "http://127.0.0.1:PORT" and `path`; https with an identity. `host` in place of 127.0.0.1.
  std::string url(const std::string& path, const std::string& host = "127.0.0.1") const;

  /// Sends what is held, and lets later scripts be held again.
  void release();

  /// Ends all connections in order.
  void close_connections();

  std::vector<SeenRequest> requests() const;
  std::size_t connection_count() const;

  bool wait_for_connections(std::size_t count) const;
  bool wait_for_requests(std::size_t count) const;

  /// Waits until this many answers have been written to the sockets whole.
  bool wait_for_sent(std::size_t count) const;

  /// Waits until this many connections have been ended, by either side.
  bool wait_for_ended_connections(std::size_t count) const;

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace nacre::test
