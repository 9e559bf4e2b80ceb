#include "assembly/listen_address.hpp"

#include <gtest/gtest.h>

namespace nacre::assembly {
namespace {

TEST(ListenAddress, knows_which_addresses_other_machines_reach) {
  for (const char* text :
       {"127.0.0.1:3000", "127.9.9.9:1", "[::1]:0", "localhost:80", "[::ffff:127.0.0.1]:1"}) {
    EXPECT_TRUE(parse_listen_address(text).value().is_loopback) << text;
  }
  for (const char* text :
       {"0.0.0.0:80", "[::]:80", "10.0.0.1:80", "128.0.0.1:1", "[::ffff:10.0.0.1]:1"}) {
    EXPECT_FALSE(parse_listen_address(text).value().is_loopback) << text;
  }
}

TEST(ListenAddress, reads_host_and_port_and_writes_them_back) {
  const ListenAddress address = parse_listen_address("[2001:db8::1]:65535").value();
  EXPECT_EQ(address.host, "2001:db8::1");
  EXPECT_EQ(address.port, 65535);
  for (const char* text : {"[2001:db8::1]:65535", "127.0.0.1:0", "localhost:3000"}) {
    EXPECT_EQ(format_listen_address(parse_listen_address(text).value()), text);
  }
}

TEST(ListenAddress, says_what_is_wrong) {
  EXPECT_EQ(parse_listen_address("").reason(), "has no port");
  EXPECT_EQ(parse_listen_address("127.0.0.1").reason(), "has no port");
  EXPECT_EQ(parse_listen_address("127.0.0.1:").reason(), "has no valid port");
  EXPECT_EQ(parse_listen_address("127.0.0.1:65536").reason(), "has no valid port");
  EXPECT_EQ(parse_listen_address("127.0.0.1:-1").reason(), "has no valid port");
  EXPECT_EQ(parse_listen_address("::1:80").reason(), "has no valid IP address");
  EXPECT_EQ(parse_listen_address("[::g]:80").reason(), "has no valid IPv6 address");
  EXPECT_EQ(parse_listen_address("example.com:80").reason(), "has no valid IP address");
  EXPECT_EQ(parse_listen_address(":80").reason(), "has no valid IP address");
}

}  // namespace
}  // namespace nacre::assembly
