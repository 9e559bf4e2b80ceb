// One HTTP request as a handler sees it, and the response it gives.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "server/head_parser.hpp"

namespace nacre::server {

/// The two ends of one connection, as text without ports: "127.0.0.1", "::1".
struct PeerAddress {
  std::string remote{};
  std::string local{};
};

/// One complete request. All views end with the call that hands the request over: what an answer
/// that comes later needs must be copied.
struct Request {
  const RequestHead& head;
  std::string_view body{};
  const PeerAddress& peer;
  std::string_view request_id{};  ///< the one the response has
  std::stop_token gone{};         ///< asked to stop when the peer has gone away
};

/// A response. Its body is `text`, then `shared`, then `tail`: a value goes out from where the
/// cache keeps it, with text before and behind. Content-Length, Date and X-Request-Id are added.
struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  ///< static storage; empty for no body
  std::string fields{};                                ///< see add_field()
  std::string text{};
  std::string_view shared{};  ///< kept alive by `shared_owner`
  std::shared_ptr<const void> shared_owner{};
  std::string tail{};
  bool must_close = false;  ///< the connection closes after this response

  std::size_t body_bytes() const noexcept { return text.size() + shared.size() + tail.size(); }
};

/// Adds a field line to `response`. Bytes of `value` that a field must not hold become '?', so no
/// value can begin a field of its own.
void add_field(Response& response, std::string_view name, std::string_view value);

/// The reason phrase of a status nacred gives ("Not Found"); "Unknown" for any other.
std::string_view reason_phrase_of(int status) noexcept;

}  // namespace nacre::server
