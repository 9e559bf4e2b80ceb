// HTTP as a test sees it: replies taken apart, and a client over a real loopback socket.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nacre::server::testing {

/// One response. Field names in lower case.
struct WireReply {
  int status = 0;
  std::map<std::string, std::string> fields{};
  std::string body{};
};

/// All complete responses at the beginning of `bytes`; what is left stays in `rest`. Responses to
/// HEAD, which announce a body and have none, are read with `to_head`.
std::vector<WireReply> parse_replies(std::string_view bytes, std::string* rest = nullptr,
                                     bool to_head = false);

/// A connected blocking socket with a receive timeout of five seconds.
class WireClient {
 public:
  explicit WireClient(std::uint16_t port);
  ~WireClient();
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  void send(std::string_view bytes);
  void end_sending();

  /// Reads until `count` responses are complete. Fewer when the peer closes or time is up.
  std::vector<WireReply> receive(std::size_t count, bool to_head = false);

  /// Sends one request and reads its response.
  WireReply ask(std::string_view request);

  /// True when the peer closes without sending more.
  bool is_closed_by_peer();

  /// Everything until the peer closes.
  std::string receive_all();

 private:
  int socket_;
  std::string unread_{};
};

/// A request without a body: "GET /x HTTP/1.1" with Host and `fields` ("Name: value\r\n" lines).
std::string get_request(std::string_view target, std::string_view fields = {});

/// A request with a body.
std::string body_request(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view fields = {});

}  // namespace nacre::server::testing
