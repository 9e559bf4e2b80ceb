#include "http/origin_address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "nacre/error.hpp"

namespace nacre {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view url) {
  try {
    const OriginUrl accepted = parse_origin_url(url);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.message();
  }
  return "accepted";
}

TEST(OriginAddress, takes_scheme_host_and_port_apart) {
  const OriginUrl url = parse_origin_url("http://Shop.Example:3001/a?b={c}");
  EXPECT_EQ(url.address, (OriginAddress{.is_tls = false, .host = "shop.example", .port = 3001}));
  EXPECT_EQ(url.path_and_query, "/a?b={c}");
}

TEST(OriginAddress, has_the_port_of_its_scheme_by_default) {
  EXPECT_EQ(parse_origin_url("http://a").address.port, 80);
  EXPECT_EQ(parse_origin_url("https://a/").address.port, 443);
  EXPECT_TRUE(parse_origin_url("https://a/").address.is_tls);
}

TEST(OriginAddress, host_header_names_only_an_unusual_port) {
  EXPECT_EQ(parse_origin_url("https://a:443/").address.host_header(), "a");
  EXPECT_EQ(parse_origin_url("http://a:443/").address.host_header(), "a:443");
  EXPECT_EQ(parse_origin_url("http://[::1]:8080/").address.host_header(), "[::1]:8080");
}

TEST(OriginAddress, is_shown_as_a_url) {
  EXPECT_EQ(parse_origin_url("http://[::1]/").address.to_string(), "http://[::1]:80");
  EXPECT_EQ(parse_origin_url("https://a/b").address.to_string(), "https://a:443");
}

TEST(OriginAddress, refuses_what_is_no_address) {
  for (const char* url :
       {"", "ftp://a/", "a/b", "http://", "http:///x", "http://a b/", "http://a\r\n/",
        "http://[::1/", "http://[::1]x/", "http://[a.b-c]/", "http://é/"}) {
    EXPECT_NE(refusal(url), "accepted") << url;
  }
  EXPECT_THAT(refusal("http://{host}/"), HasSubstr("no key can name the host"));
  EXPECT_THAT(refusal("http://a:{port}/"), HasSubstr("no key can name the host"));
  EXPECT_THAT(refusal("http://user:pass@a/"), HasSubstr("user or password"));
  for (const char* port : {"0", "65536", "-1", "+80", "8 0", "", "80x"}) {
    EXPECT_THAT(refusal("http://a:" + std::string(port) + "/"), HasSubstr("1 to 65535")) << port;
  }
}

}  // namespace
}  // namespace nacre
