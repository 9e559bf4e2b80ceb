// A small blocking HTTP client for tests: one connection, requests and replies in order.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace nacre::test {

struct HttpRequest {
  std::string method = "GET";
  std::string target{};
  std::string body{};
  std::map<std::string, std::string> headers{};
};

struct HttpReply {
  int status = 0;
  std::string body{};
  std::map<std::string, std::string> headers{};  ///< names in lower case

  /// The header, or "" when there is none.
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// Every function throws std::runtime_error when the peer fails or takes longer than `timeout`.
class HttpConnection {
 public:
  HttpConnection(const std::string& host, const std::string& port,
                 std::chrono::milliseconds timeout = std::chrono::seconds(20));
  ~HttpConnection();
  HttpConnection(HttpConnection&&) noexcept;
  HttpConnection& operator=(HttpConnection&&) noexcept;

  void send(const HttpRequest& request);
  HttpReply receive();

  /// Bytes as they are, for what is not HTTP.
  void send_bytes(const std::string& bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One request on a connection of its own.
HttpReply exchange(const std::string& host, const std::string& port, const HttpRequest& request,
                   std::chrono::milliseconds timeout = std::chrono::seconds(20));

}  // namespace nacre::test
