// Writes the head of a response.
#pragma once

#include <string>
#include <string_view>

#include "server/message.hpp"

namespace nacre::server {

/// What a response's head holds besides the response's own.
struct ReplyHead {
  std::string_view date{};
  std::string_view request_id{};
  bool closes = false;
  bool says_keep_alive = false;  ///< for HTTP/1.0, where it is not understood
};

/// Appends status line and fields with their empty line. Content-Length is always given, except
/// with 204, which has no body (RFC 9110 section 8.6).
void append_reply_head(std::string& out, const Response& response, const ReplyHead& head);

}  // namespace nacre::server
