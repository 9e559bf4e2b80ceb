#include <gtest/gtest.h>

#include <string>

#include "unit/server/api_fixture.hpp"

namespace nacre::server::testing {
namespace {

using namespace std::chrono_literals;

class RestStatus : public ApiFixture {};

TEST_F(RestStatus, counts_hits_and_misses) {
  put("/api/cache/entries/a", "1");
  get("/api/cache/a");
  get("/api/cache/a");
  get("/api/cache/none");
  const WireReply reply = get("/api/cache/stats");
  EXPECT_TRUE(reply.body.starts_with(R"({"cache":"default","hits":2,"misses":1,"hit_rate":0.6)"))
      << reply.body;
  EXPECT_NE(reply.body.find(R"("process":{"hits":2,"misses":1)"), std::string::npos);
  EXPECT_NE(get("/api/cache/stats?cache=second").body.find(R"("hits":0)"), std::string::npos);
}

TEST_F(RestStatus, looking_at_an_entry_is_not_a_read) {
  put("/api/cache/entries/a", "1");
  get("/api/admin/keys/a");
  get("/api/admin/explain?key=a");
  EXPECT_EQ(cache.stats().hits(), 0U);
}

TEST_F(RestStatus, tells_of_the_daemon) {
  daemon->connection_count = [] { return std::size_t{3}; };
  clock->advance(5s);
  const WireReply reply = get("/api/admin/info");
  EXPECT_NE(reply.body.find(R"("name":"nacred")"), std::string::npos);
  EXPECT_NE(reply.body.find(R"("connections":3)"), std::string::npos);
  EXPECT_NE(reply.body.find(R"("caches":["default","second"])"), std::string::npos);
}

TEST_F(RestStatus, lists_namespaces) {
  EXPECT_EQ(get("/api/admin/namespaces").body,
            R"({"namespaces":[{"namespace":"app","cache":"default"},)"
            R"({"namespace":"second","cache":"second"}]})");
}

TEST_F(RestStatus, shows_the_config_it_was_given) {
  EXPECT_EQ(get("/api/admin/config").body, R"({"server":{"listen":["127.0.0.1:3000"]}})");
}

TEST_F(RestStatus, writes_metrics_in_both_formats) {
  get("/api/cache/none");
  const WireReply text = get("/metrics");
  EXPECT_EQ(text.fields.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(text.body.find("# TYPE cache_misses_total counter"), std::string::npos);
  EXPECT_NE(text.body.find(R"(nacre_http_requests_total{method="GET",route="/api/cache/{key}"} 1)"),
            std::string::npos)
      << text.body;
  const WireReply open = get("/metrics", "Accept: application/openmetrics-text; version=1.0.0\r\n");
  EXPECT_EQ(open.fields.at("content-type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(open.body.ends_with("# EOF\n"));
}

TEST_F(RestStatus, is_live_while_it_drains_but_not_ready) {
  EXPECT_EQ(get("/health/live").body, R"({"status":"live"})");
  EXPECT_EQ(get("/health/ready").body, R"({"status":"ready"})");
  EXPECT_EQ(get("/health").status, 200);
  daemon->is_draining = true;
  EXPECT_EQ(get("/health/live").status, 200);
  EXPECT_EQ(get("/health/ready").status, 503);
  EXPECT_EQ(get("/health/ready").body, R"({"status":"draining"})");
  EXPECT_EQ(get("/health").status, 503);
}

TEST_F(RestStatus, tells_each_tiers_state_and_latency) {
  const WireReply reply = get("/health");
  EXPECT_TRUE(reply.body.starts_with(
      R"({"status":"ready","tiers":[{"cache":"default","tier":"memory","state":"up","latency_us":0,"entries":0,)"))
      << reply.body;
}

TEST_F(RestStatus, refuses_queries_it_does_not_know) {
  for (const std::string path :
       {"/api/admin/info", "/api/admin/namespaces", "/api/admin/config", "/metrics", "/health",
        "/health/live", "/health/ready", "/api/openapi.json", "/api/cache/stats"}) {
    expect_error(get(path + "?x=1"), 400, "cache.invalid_argument", {"'x'"});
  }
}

}  // namespace
}  // namespace nacre::server::testing
