// The servers that other tests rely on, themselves tested.
#include "support/redis_server.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "support/await.hpp"

namespace nacre::test {
namespace {

TEST(RedisServer, answers_when_it_is_built) {
  RedisServer server;
  EXPECT_EQ(server.ask({"SET", "k", "v"}).text, "OK");
  EXPECT_EQ(server.ask({"GET", "k"}).text, "v");
  EXPECT_TRUE(server.ask({"GET", "absent"}).is_null());
}

TEST(RedisServer, knows_who_is_connected_besides_the_test) {
  RedisServer server;
  RedisLink other(server.address());
  other.must({"CLIENT", "SETNAME", "other"});
  const auto clients = server.clients();
  ASSERT_EQ(clients.size(), 1U);
  EXPECT_EQ(clients[0].at("name"), "other");
}

TEST(RedisServer, speaks_resp3_with_pushes_to_the_link) {
  RedisServer server;
  RedisLink link(server.address());
  EXPECT_EQ(link.must({"HELLO", "3"}).find("proto").number, 3);
  link.must({"CLIENT", "TRACKING", "ON"});
  link.must({"GET", "k"});
  server.ask({"SET", "k", "1"});
  const RedisReply push = link.read_push();
  ASSERT_EQ(push.items.size(), 2U);
  EXPECT_EQ(push.items[0].text, "invalidate");
  EXPECT_EQ(push.items[1].items[0].text, "k");
}

TEST(RedisServer, with_users_lets_nobody_in_without_a_name) {
  RedisServer server({.has_users = true});
  RedisAddress nameless = server.address();
  nameless.user.clear();
  nameless.password.clear();
  EXPECT_EQ(RedisLink(nameless).ask({"PING"}).text.substr(0, 6), "NOAUTH");
  EXPECT_EQ(RedisLink(server.address()).must({"SET", "k", "v"}).text, "OK");
  EXPECT_EQ(RedisLink(server.address()).ask({"SHUTDOWN"}).text.substr(0, 6), "NOPERM");
}

TEST(RedisServer, with_tls_is_believed_only_through_its_authority) {
  RedisServer server({.has_tls = true, .has_users = true});
  EXPECT_EQ(RedisLink(server.address()).must({"PING"}).text, "PONG");
  RedisAddress fooled = server.address();
  fooled.authority_file = redis_tls_files().rogue_authority;
  EXPECT_THROW(RedisLink{fooled}, std::runtime_error);
  fooled = server.address();
  fooled.server_name = "elsewhere.example";
  EXPECT_THROW(RedisLink{fooled}, std::runtime_error);
}

TEST(RedisServer, killed_and_restarted_is_empty_on_the_same_port) {
  RedisServer server;
  server.ask({"SET", "k", "v"});
  const std::string url = server.url();
  const pid_t before = server.pid();
  server.kill_now();
  EXPECT_THROW(RedisLink{server.address()}, std::runtime_error);
  server.restart();
  EXPECT_NE(server.pid(), before);
  EXPECT_EQ(server.url(), url);
  EXPECT_TRUE(server.ask({"GET", "k"}).is_null());
}

TEST(RedisServer, paused_is_silent_and_goes_on_where_it_was) {
  RedisServer server;
  RedisLink link(server.address(), std::chrono::milliseconds(100));
  link.must({"SET", "k", "v"});
  server.pause();
  EXPECT_TRUE(server.is_running());
  EXPECT_THROW(link.ask({"GET", "k"}), std::runtime_error);
  server.go_on();
  EXPECT_EQ(server.ask({"GET", "k"}).text, "v");
}

}  // namespace
}  // namespace nacre::test
