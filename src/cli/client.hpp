// Asks a running nacred over HTTP.
#pragma once

#include <string>

#include "cli/url.hpp"
#include "nacre/clock.hpp"

namespace nacre::cli {

struct HttpRequest {
  std::string method = "GET";
  std::string target{};  ///< path and query, without the path of the server's URL
  std::string body{};
  std::string content_type{};  ///< of the body
  std::string accept = "application/json";
};

struct HttpReply {
  int status = 0;
  std::string body{};

  bool is_success() const noexcept { return status >= 200 && status < 300; }
};

struct ClientOptions {
  ServerUrl url{};
  std::string bearer_token{};                   ///< empty: none is sent
  Duration timeout = std::chrono::seconds(10);  ///< from resolving the name to the last byte
};

/// Each request has a connection of its own: a command sends few, and none can meet a connection
/// that the server has just given up. Blocking; not thread safe.
class Client {
 public:
  explicit Client(ClientOptions options) : options_(std::move(options)) {}

  /// The reply, whatever its status. Throws Failure: unavailable, timeout, server_error (the peer
  /// speaks no HTTP or sends more than 256 MiB).
  HttpReply send(const HttpRequest& request) const;

  /// The same, but a reply other than 2xx is thrown as the failure it reports.
  HttpReply send_checked(const HttpRequest& request) const;

  /// A POST of JSON, checked.
  HttpReply post_json(const std::string& target, std::string body) const;

 private:
  ClientOptions options_;
};

}  // namespace nacre::cli
