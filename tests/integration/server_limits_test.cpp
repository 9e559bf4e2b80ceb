// The limits of [server] and [loads] as a peer meets them, each of them set in the configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/running_nacred.hpp"
#include "support/test_origin.hpp"

namespace nacre::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::HasSubstr;

std::string rule(const TestOrigin& origin, const std::string& more = {}) {
  return "[[origin]]\nmatch = \"product:{id}\"\nurl = \"" + origin.url("/products/{id}") +
         "\"\nretries = 0\n" + more;
}

OriginScript held_reply() {
  OriginScript script = OriginScript::reply(200, "1", "Content-Type: application/json\r\n");
  script.is_held = true;
  return script;
}

std::int64_t stat(const RunningNacred& nacred, const char* name) {
  return json::parse(nacred.get("/api/cache/stats").body).at(name).to_number<std::int64_t>();
}

/// What the peer of a connection that is too slow sees: a 408, or only its end.
void expect_cut_off(HttpConnection& connection) {
  try {
    EXPECT_EQ(connection.receive().status, 408);
  } catch (const std::runtime_error& failure) {
    EXPECT_THAT(failure.what(), testing::Not(HasSubstr("timeout")));
  }
}

TEST(ServerLimits, more_fields_than_max_head_fields_are_431) {
  const RunningNacred nacred("max_head_fields = 10\n");
  HttpRequest request{.target = "/health/live"};
  for (int index = 0; index < 11; ++index) request.headers["X-" + std::to_string(index)] = "1";
  EXPECT_EQ(nacred.ask(request).status, 431);
  EXPECT_EQ(nacred.get("/health/live").status, 200);
}

TEST(ServerLimits, a_longer_target_than_max_url_bytes_is_414) {
  const RunningNacred nacred("max_url_bytes = 256\n");
  EXPECT_EQ(nacred.get("/api/cache/entries/" + std::string(240, 'k')).status, 414);
  EXPECT_EQ(nacred.get("/api/cache/entries/" + std::string(200, 'k')).status, 404);
}

TEST(ServerLimits, a_head_that_takes_longer_than_head_timeout_ends_the_connection) {
  const RunningNacred nacred("head_timeout = \"100ms\"\n");
  HttpConnection slow = nacred.connect();
  slow.send_bytes("GET /health/live HTTP/1.1\r\nHost: localhost\r\n");
  expect_cut_off(slow);
}

TEST(ServerLimits, a_body_slower_than_min_body_rate_ends_the_connection) {
  const RunningNacred nacred("min_body_rate = \"1MiB\"\n");
  HttpConnection slow = nacred.connect();
  slow.send_bytes(
      "PUT /api/cache/entries/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx");
  expect_cut_off(slow);
}

TEST(ServerLimits, no_more_than_max_pipelined_requests_of_a_connection_are_taken) {
  TestOrigin origin([](const SeenRequest&) { return held_reply(); });
  const RunningNacred nacred("max_pipelined = 1\n" + rule(origin));
  HttpConnection client = nacred.connect();
  client.send_bytes(
      "GET /api/cache/product:1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /api/cache/product:2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(origin.wait_for_requests(1));
  // What the daemon would do at once it has done when it has served these.
  for (int index = 0; index < 20; ++index) EXPECT_EQ(nacred.get("/health/live").status, 200);
  EXPECT_EQ(stat(nacred, "misses"), 1);

  origin.release();
  EXPECT_EQ(client.receive().status, 200);
  ASSERT_TRUE(origin.wait_for_requests(2));
  origin.release();
  EXPECT_EQ(client.receive().status, 200);
}

TEST(ServerLimits, a_peer_that_does_not_read_is_not_served_beyond_max_unread_bytes) {
  constexpr int requests_count = 600;
  const RunningNacred nacred("max_unread_bytes = \"64KiB\"\nmin_body_rate = 0\n");
  const std::string value(65'536, 'x');
  ASSERT_LT(nacred
                .ask({.method = "PUT",
                      .target = "/api/cache/entries/k",
                      .body = value,
                      .headers = {{"Content-Type", "text/plain"}}})
                .status,
            300);
  HttpConnection client = nacred.connect();
  std::string requests;
  for (int index = 0; index < requests_count; ++index) {
    requests +=
        "GET /api/cache/entries/k HTTP/1.1\r\nHost: localhost\r\n"
        "Accept: application/octet-stream\r\n\r\n";
  }
  client.send_bytes(requests);
  // 39 MB of replies fit no socket's buffers, so hits stop coming well before the last.
  std::int64_t seen = 0;
  int same_count = 0;
  ASSERT_TRUE(comes_true([&] {
    const std::int64_t hits = stat(nacred, "hits");
    same_count = hits > 0 && hits == seen ? same_count + 1 : 0;
    seen = hits;
    return same_count >= 50;
  }));
  EXPECT_LT(seen, requests_count);

  for (int index = 0; index < requests_count; ++index) {
    ASSERT_EQ(client.receive().body.size(), value.size()) << index;
  }
  EXPECT_EQ(stat(nacred, "hits"), requests_count);
}

TEST(ServerLimits, one_load_more_than_max_running_is_refused) {
  TestOrigin origin([](const SeenRequest&) { return held_reply(); });
  const RunningNacred nacred("[loads]\nmax_running = 1\n" + rule(origin));
  HttpConnection first = nacred.connect();
  first.send({.target = "/api/cache/product:1"});
  ASSERT_TRUE(origin.wait_for_requests(1));
  const HttpReply refused = nacred.get("/api/cache/product:2");
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("cache.saturated"));
  origin.release();
  EXPECT_EQ(first.receive().status, 200);
}

TEST(ServerLimits, an_origins_max_age_counts_only_with_respect_cache_control) {
  TestOrigin origin([](const SeenRequest&) {
    return OriginScript::reply(200, "1",
                               "Content-Type: application/json\r\nCache-Control: max-age=5\r\n");
  });
  const auto ttl_ms = [&](const std::string& more) {
    const RunningNacred nacred(rule(origin, "ttl = \"10m\"\n" + more));
    return json::parse(nacred.get("/api/cache/product:1").body)
        .at("ttl_ms")
        .to_number<std::int64_t>();
  };
  EXPECT_GT(ttl_ms(""), 60'000);
  EXPECT_LE(ttl_ms("respect_cache_control = true\n"), 5'500);  // the ttl and its jitter
}

}  // namespace
}  // namespace nacre::test
