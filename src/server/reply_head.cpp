#include "server/reply_head.hpp"

#include "server/append_text.hpp"

namespace nacre::server {

void append_reply_head(std::string& out, const Response& response, const ReplyHead& head) {
  if (response.status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
  } else {
    out.append("HTTP/1.1 ");
    append_signed(out, response.status);
    out.append(" ").append(reason_phrase_of(response.status)).append("\r\n");
  }
  if (response.status != 204) {
    out.append("Content-Type: ").append(response.content_type);
    out.append("\r\nContent-Length: ");
    append_unsigned(out, response.body_bytes());
    out.append("\r\n");
  }
  out.append("Date: ").append(head.date);
  out.append("\r\nX-Request-Id: ").append(head.request_id);
  // No browser may guess another type for a value and run it.
  out.append("\r\nX-Content-Type-Options: nosniff\r\n");
  out.append(response.fields);
  if (head.closes) {
    out.append("Connection: close\r\n");
  } else if (head.says_keep_alive) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace nacre::server
