#include "cli/url.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nacre::cli {
namespace {

TEST(ServerUrl, is_taken_apart) {
  const ServerUrl plain = parse_server_url("http://127.0.0.1:3000").value();
  EXPECT_EQ(plain.host, "127.0.0.1");
  EXPECT_EQ(plain.port, "3000");
  EXPECT_EQ(plain.path, "");
  EXPECT_EQ(plain.authority(), "127.0.0.1:3000");
  const ServerUrl v6 = parse_server_url("http://[::1]:81/a/b//").value();
  EXPECT_EQ(v6.host, "::1");
  EXPECT_EQ(v6.port, "81");
  EXPECT_EQ(v6.path, "/a/b");
  EXPECT_EQ(v6.authority(), "[::1]:81");
  EXPECT_EQ(parse_server_url("http://cache.example").value().port, "80");
  EXPECT_EQ(parse_server_url("http://[::1]").value().port, "80");
}

TEST(ServerUrl, refuses_what_is_none) {
  for (const char* text :
       {"", "127.0.0.1:3000", "http://", "http://:3000", "http://host:", "http://host:0",
        "http://host:65536", "http://host:3000x", "http://user@host", "http://ho st",
        "http://host/a b", "http://host/?q", "http://host\r\nX: y", "ftp://host", "https://host"}) {
    EXPECT_FALSE(parse_server_url(text)) << text;
  }
  EXPECT_NE(parse_server_url("https://host").reason().find("plain http"), std::string::npos);
}

TEST(PercentEncoding, leaves_unreserved_characters_alone) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a:b/c?d#e%f g+h\xC3\xA9"), "a%3Ab%2Fc%3Fd%23e%25f%20g%2Bh%C3%A9");
}

RC_GTEST_PROP(PercentEncoding, can_be_undone_and_holds_only_url_characters,
              (const std::string& text)) {
  const std::string encoded = percent_encode(text);
  std::string decoded;
  for (std::size_t index = 0; index < encoded.size(); ++index) {
    RC_ASSERT(encoded[index] > ' ' && encoded[index] < '\x7F' && encoded[index] != '/');
    if (encoded[index] != '%') {
      decoded += encoded[index];
      continue;
    }
    decoded += static_cast<char>(std::stoi(encoded.substr(index + 1, 2), nullptr, 16));
    index += 2;
  }
  RC_ASSERT(decoded == text);
}

TEST(QueryString, leaves_out_what_is_empty) {
  EXPECT_EQ(query_string({}), "");
  EXPECT_EQ(query_string({{"a", ""}}), "");
  EXPECT_EQ(query_string({{"a", ""}, {"b", "1&2"}, {"c", "3"}}), "?b=1%262&c=3");
}

}  // namespace
}  // namespace nacre::cli
