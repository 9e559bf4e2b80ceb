// Two daemons over one Redis, as services in other languages use them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <string>

#include "support/redis_server.hpp"
#include "support/running_nacred.hpp"
#include "support/test_origin.hpp"

namespace nacre::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

std::string remote(const RedisServer& server) {
  return "[remote]\nurl = \"" + server.url() + "\"\n";
}

std::string rule(const TestOrigin& origin) {
  return "[[origin]]\nmatch = \"product:{id}\"\nurl = \"" + origin.url("/products/{id}") +
         "\"\nretries = 0\nttl = \"10m\"\n";
}

std::string health_of(const RunningNacred& nacred) {
  return std::string(json::parse(nacred.get("/health").body).at("status").as_string());
}

bool becomes(const RunningNacred& nacred, const std::string& status) {
  return comes_true([&] { return health_of(nacred) == status; });
}

std::string value_of(const HttpReply& reply) {
  if (reply.status != 200) return "status " + std::to_string(reply.status);
  return json::serialize(json::parse(reply.body).at("value"));
}

int put(const RunningNacred& nacred, const std::string& target, const std::string& value) {
  return nacred
      .ask({.method = "PUT",
            .target = target,
            .body = value,
            .headers = {{"Content-Type", "application/json"}}})
      .status;
}

TEST(NacredWithRedis, P4_what_one_writes_and_invalidates_the_other_serves_and_drops) {
  const RedisServer server;
  const RunningNacred first(remote(server));
  const RunningNacred second(remote(server));
  ASSERT_TRUE(becomes(first, "ready"));
  ASSERT_TRUE(becomes(second, "ready"));
  ASSERT_LT(put(first, "/api/cache/entries/k?tags=red", "7"), 300);
  EXPECT_EQ(value_of(second.get("/api/cache/entries/k")), "7");
  EXPECT_EQ(value_of(second.get("/api/cache/entries/k")), "7") << "its near copy";
  EXPECT_EQ(first.post("/api/cache/invalidate", R"({"tag":"red"})").status, 200);
  EXPECT_TRUE(comes_true([&] { return second.get("/api/cache/entries/k").status == 404; }));
}

TEST(NacredWithRedis, P5_a_key_that_is_cold_in_both_is_one_request_to_the_origin) {
  TestOrigin origin([](const SeenRequest&) {
    OriginScript script = OriginScript::reply(200, "1", "Content-Type: application/json\r\n");
    script.is_held = true;
    return script;
  });
  const RedisServer server;
  const RunningNacred first(remote(server) + rule(origin));
  const RunningNacred second(remote(server) + rule(origin));
  ASSERT_TRUE(becomes(first, "ready"));
  ASSERT_TRUE(becomes(second, "ready"));
  HttpConnection one = first.connect();
  one.send({.target = "/api/cache/product:1"});
  ASSERT_TRUE(origin.wait_for_requests(1));
  HttpConnection other = second.connect();
  other.send({.target = "/api/cache/product:1"});
  ASSERT_TRUE(comes_true(
      [&] { return json::parse(second.get("/api/cache/stats").body).at("misses") == 1; }));
  origin.release();
  EXPECT_EQ(value_of(one.receive()), "1");
  EXPECT_EQ(value_of(other.receive()), "1");
  EXPECT_EQ(origin.requests().size(), 1u);
}

TEST(NacredWithRedis, P7_goes_on_without_the_server_and_recovers_by_itself) {
  TestOrigin origin([](const SeenRequest&) {
    return OriginScript::reply(200, "1", "Content-Type: application/json\r\n");
  });
  RedisServer server;
  const RunningNacred nacred(remote(server) + rule(origin));
  ASSERT_TRUE(becomes(nacred, "ready"));
  ASSERT_LT(put(nacred, "/api/cache/entries/k", "7"), 300);
  server.kill_now();
  ASSERT_TRUE(becomes(nacred, "degraded"));
  EXPECT_EQ(nacred.get("/health").status, 200);
  EXPECT_EQ(nacred.get("/health/ready").status, 200);
  EXPECT_EQ(value_of(nacred.get("/api/cache/entries/k")), "7");
  EXPECT_EQ(value_of(nacred.get("/api/cache/product:1")), "1");
  server.restart();
  EXPECT_TRUE(becomes(nacred, "ready"));
  EXPECT_EQ(value_of(nacred.get("/api/cache/product:2")), "1");
}

TEST(NacredWithRedis, REDIS_URL_alone_switches_it_on_though_the_server_comes_later) {
  RedisServer server;
  server.kill_now();
  ASSERT_EQ(::setenv("REDIS_URL", server.url().c_str(), 1), 0);
  const RunningNacred nacred("");
  ::unsetenv("REDIS_URL");
  EXPECT_EQ(health_of(nacred), "degraded");
  EXPECT_LT(put(nacred, "/api/cache/entries/k", "7"), 300);
  EXPECT_EQ(value_of(nacred.get("/api/cache/entries/k")), "7");
  server.restart();
  EXPECT_TRUE(becomes(nacred, "ready"));
}

TEST(NacredWithRedis, a_wrong_url_is_refused_without_its_password) {
  const TemporaryFolder folder;
  const std::string config =
      folder.write("bad.toml", "[remote]\nurl = \"rediz://user:hidden@127.0.0.1:6379\"\n").string();
  const Finished ended = run_program({NACRED_PROGRAM, "--config", config});
  EXPECT_EQ(ended.exit_code, 78);
  EXPECT_THAT(ended.err, HasSubstr("url"));
  EXPECT_THAT(ended.err, testing::Not(HasSubstr("hidden")));
}

}  // namespace
}  // namespace nacre::test
