#include "redis/settings.hpp"

#include <gtest/gtest.h>

#include "nacre/error.hpp"

namespace nacre::redis {
namespace {

using namespace std::chrono_literals;

TEST(Address, reads_the_names_it_writes) {
  for (const char* name : {"localhost:6379", "10.0.0.1:1", "[::1]:7000", "unix:/run/redis.sock"}) {
    const std::optional<Address> address = Address::parse(name);
    ASSERT_TRUE(address) << name;
    EXPECT_EQ(address->name(), name);
  }
  EXPECT_EQ(Address::parse("redis")->name(), "redis:6379");
  EXPECT_EQ(Address::parse("[::1]")->name(), "[::1]:6379");
}

TEST(Address, refuses_what_is_none) {
  for (const char* name : {"", ":6379", "a:0", "a:65536", "a:x", "a:1:2", "[::1", "[::1]x", "a b:1",
                           "unix:", "unix:relative"}) {
    EXPECT_FALSE(Address::parse(name)) << name;
  }
}

TEST(Url, says_where_and_who) {
  const Url url = Url::parse("rediss://bob:p%40ss%3Aword@example.org:7000/3");
  EXPECT_TRUE(url.is_tls);
  EXPECT_EQ(url.address.name(), "example.org:7000");
  EXPECT_EQ(url.user, "bob");
  EXPECT_EQ(url.password, "p@ss:word");
  EXPECT_EQ(url.database_index, 3U);
}

TEST(Url, leaves_open_what_it_does_not_say) {
  const Url url = Url::parse("redis://localhost");
  EXPECT_FALSE(url.is_tls);
  EXPECT_EQ(url.address.name(), "localhost:6379");
  ConnectSettings settings{.user = "u", .password = "p", .database_index = 7};
  url.apply_to(settings);
  EXPECT_EQ(settings.user, "u");
  EXPECT_EQ(settings.password, "p");
  EXPECT_EQ(settings.database_index, 7U);
  EXPECT_EQ(Url::parse("redis://:secret@h").password, "secret");
  EXPECT_EQ(Url::parse("redis://:secret@h").user, std::nullopt);
  EXPECT_EQ(Url::parse("redis://h/").database_index, std::nullopt);
}

TEST(Url, names_a_unix_socket) {
  const Url url = Url::parse("unix:///run/my%20redis.sock?db=2");
  EXPECT_EQ(url.address.unix_path, "/run/my redis.sock");
  EXPECT_EQ(url.database_index, 2U);
  EXPECT_EQ(Url::parse("redis+unix:///a").address.unix_path, "/a");
}

TEST(Url, refuses_what_is_malformed_without_repeating_the_password) {
  for (const char* text :
       {"", "localhost:6379", "http://h", "redis://", "redis://h:x", "redis://h/a",
        "redis://h/65536", "redis://u:sesame%4@h", "redis://u:sesame@h:0", "redis://h?x=1",
        "redis://h#f", "unix://", "unix://h/p", "redis://u:sesame@unix:/p"}) {
    try {
      Url::parse(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_argument);
      EXPECT_EQ(error.message().find("sesame"), std::string::npos) << text;
    }
  }
}

TEST(ConnectSettings, are_checked_field_by_field) {
  const auto field_of = [](const ConnectSettings& settings) -> std::string {
    try {
      check(settings);
    } catch (const Error& error) {
      return error.details().front().second;
    }
    return {};
  };
  EXPECT_EQ(field_of({}), "");
  EXPECT_EQ(field_of({.client_name = "two words"}), "client_name");
  EXPECT_EQ(field_of({.tls = {.certificate_file = "a"}}), "certificate_file");
  EXPECT_EQ(field_of({.connect_timeout = 0s}), "connect_timeout");
  EXPECT_EQ(field_of({.command_timeout = 0s}), "command_timeout");
  EXPECT_EQ(field_of({.heartbeat = 0s}), "heartbeat");
  EXPECT_EQ(field_of({.heartbeat_misses = 0}), "heartbeat_misses");
  EXPECT_EQ(field_of({.reconnect_min = 0s}), "reconnect_min");
  EXPECT_EQ(field_of({.reconnect_min = 2s, .reconnect_max = 1s}), "reconnect_max");
  EXPECT_EQ(field_of({.max_in_flight = 1025}), "max_in_flight");
}

}  // namespace
}  // namespace nacre::redis
