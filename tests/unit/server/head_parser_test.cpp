#include "server/head_parser.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace nacre::server {
namespace {

TEST(HeadParser, takes_out_what_handlers_read) {
  const HttpLimits limits;
  HeadParser parser(limits);
  RequestHead head;
  const std::string bytes =
      "PUT /api/cache/entries/a%20b?ttl=5&tags=x HTTP/1.1\r\n"
      "HOST: localhost:3000\r\nAccept: text/plain\r\nauthorization: Bearer abc\r\n"
      "Content-Type: application/json\r\nOrigin: http://localhost:3000\r\n"
      "Sec-Fetch-Site: same-origin\r\nX-Request-Id: r1\r\nContent-Length: 12\r\n"
      "X-Other: ignored\r\nExpect: 100-Continue\r\n\r\n";
  const HeadResult result = parser.parse(bytes + "body", head);
  ASSERT_EQ(result.kind, HeadResult::Kind::complete);
  EXPECT_EQ(result.head_bytes, bytes.size());
  EXPECT_EQ(head.method, Method::put);
  EXPECT_EQ(head.path.size(), std::string("/api/cache/entries/a%20b").size());
  EXPECT_EQ(head.framing, Framing::length);
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_TRUE(head.expects_continue);
  EXPECT_TRUE(head.keep_alive);
}

TEST(HeadParser, points_into_the_bytes_it_was_given) {
  const HttpLimits limits;
  HeadParser parser(limits);
  RequestHead head;
  const std::string bytes =
      "GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nAuthorization: x\r\n\r\n";
  ASSERT_EQ(parser.parse(bytes, head).kind, HeadResult::Kind::complete);
  EXPECT_EQ(head.path, "/a");
  EXPECT_EQ(head.query, "b");
  EXPECT_EQ(head.host, "h");
  EXPECT_EQ(head.accept, "*/*");
  EXPECT_EQ(head.authorization, "x");
  for (const std::string_view view : {head.path, head.query, head.host, head.accept}) {
    EXPECT_GE(view.data(), bytes.data());
    EXPECT_LE(view.data() + view.size(), bytes.data() + bytes.size());
  }
}

TEST(HeadParser, knows_the_methods_that_routes_have) {
  const HttpLimits limits;
  for (const auto& [text, method] :
       {std::pair{"GET", Method::get}, std::pair{"HEAD", Method::head},
        std::pair{"PUT", Method::put}, std::pair{"POST", Method::post},
        std::pair{"DELETE", Method::remove}, std::pair{"get", Method::other},
        std::pair{"PATCH", Method::other}}) {
    HeadParser parser(limits);
    RequestHead head;
    const std::string bytes = std::string(text) + " / HTTP/1.1\r\nHost: h\r\n\r\n";
    ASSERT_EQ(parser.parse(bytes, head).kind, HeadResult::Kind::complete) << text;
    EXPECT_EQ(head.method, method) << text;
  }
}

TEST(HeadParser, names_the_limit_of_zero_as_nothing) {
  const HttpLimits limits{.max_field_count = 0};
  HeadParser parser(limits);
  RequestHead head;
  const HeadResult result = parser.parse("GET / HTTP/1.1\r\nHost: h\r\n\r\n", head);
  ASSERT_EQ(result.kind, HeadResult::Kind::refused);
  EXPECT_EQ(result.refusal.status, 431);
}

RC_GTEST_PROP(HeadParser, judges_any_bytes_the_same_however_they_come, ()) {
  // Bytes near to a head, so that more than the first check is reached.
  const auto piece = rc::gen::element<std::string>(
      "GET ", "/a", " ", "HTTP/1.1", "\r\n", "\n", "\r", "Host", ":", " h", "Content-Length",
      "Transfer-Encoding", "chunked", "1", ",", "\t", std::string(1, '\0'), "http://h");
  std::string bytes;
  for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece)) {
    bytes += part;
  }
  const HttpLimits limits;
  RequestHead head;
  HeadParser whole(limits);
  const HeadResult expected = whole.parse(bytes, head);
  HeadParser stepwise(limits);
  HeadResult result;
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    result = stepwise.parse(std::string_view(bytes).substr(0, size), head);
    if (result.kind != HeadResult::Kind::incomplete) break;
  }
  RC_ASSERT(result.kind == expected.kind);
  RC_ASSERT(result.head_bytes == expected.head_bytes);
  RC_ASSERT(result.refusal.status == expected.refusal.status);
}

TEST(IsToken, takes_the_characters_of_rfc_9110) {
  EXPECT_TRUE(is_token("!#$%&'*+-.^_`|~azAZ09"));
  for (const char c : std::string_view("()<>@,;:\\\"/[]?={} \t\x7f\x80")) {
    EXPECT_FALSE(is_token(std::string_view(&c, 1))) << static_cast<int>(c);
  }
  EXPECT_FALSE(is_token(""));
}

}  // namespace
}  // namespace nacre::server
