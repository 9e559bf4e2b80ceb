// nacred from end to end: the real daemon in front of a real HTTP origin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "support/running_nacred.hpp"
#include "support/test_origin.hpp"

namespace nacre::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::HasSubstr;

/// A rule for "product:{id}" to `origin`, with further settings.
std::string rule(const TestOrigin& origin, const std::string& more = "ttl = \"60s\"\n") {
  return "[[origin]]\nmatch = \"product:{id}\"\nurl = \"" + origin.url("/products/{id}") +
         "\"\ntags = [\"product\", \"product:{id}\"]\nretries = 0\n" + more;
}

std::string code_of(const HttpReply& reply) {
  std::error_code failed;
  const json::value body = json::parse(reply.body, failed);
  if (failed || !body.is_object() || !body.as_object().contains("error")) return reply.body;
  return std::string(body.at("error").at("code").as_string());
}

std::string value_of(const HttpReply& reply) {
  if (reply.status != 200) return "status " + std::to_string(reply.status);
  return json::serialize(json::parse(reply.body).at("value"));
}

TEST(Nacred, P5_two_hundred_clients_of_one_cold_key_are_one_request_to_the_origin) {
  TestOrigin origin([](const SeenRequest&) {
    OriginScript script =
        OriginScript::reply(200, R"({"id":7})", "Content-Type: application/json\r\n");
    script.is_held = true;
    return script;
  });
  RunningNacred nacred(rule(origin));
  std::vector<HttpConnection> clients;
  for (int index = 0; index < 200; ++index) clients.push_back(nacred.connect());
  for (HttpConnection& client : clients) client.send({.target = "/api/cache/product:7"});
  ASSERT_TRUE(origin.wait_for_requests(1));
  ASSERT_TRUE(comes_true([&] {
    return json::parse(nacred.get("/api/cache/stats").body).at("joined_loads").to_number<int>() ==
           199;
  })) << nacred.get("/api/cache/stats").body;

  origin.release();

  for (HttpConnection& client : clients) EXPECT_EQ(value_of(client.receive()), R"({"id":7})");
  EXPECT_EQ(origin.requests().size(), 1u);
}

struct Way {
  const char* name;
  const char* method;
  const char* target;
  const char* body;
};

class NacredInvalidation : public testing::TestWithParam<Way> {};

TEST_P(NacredInvalidation, P1_while_a_load_runs_the_old_value_never_comes_back) {
  std::atomic<int> version{1};
  std::atomic<int> versions_read{0};
  TestOrigin origin([&](const SeenRequest& request) {
    OriginScript script = OriginScript::reply(200, std::to_string(version.load()),
                                              "Content-Type: application/json\r\n");
    script.is_held = request.request_index == 0;
    ++versions_read;
    return script;
  });
  RunningNacred nacred(rule(origin));
  HttpConnection before = nacred.connect();
  before.send({.target = "/api/cache/product:7"});
  ASSERT_TRUE(comes_true([&] { return versions_read == 1; }));

  version = 2;
  const HttpReply invalidated = nacred.ask({.method = GetParam().method,
                                            .target = GetParam().target,
                                            .body = GetParam().body,
                                            .headers = {{"Content-Type", "application/json"}}});
  ASSERT_LT(invalidated.status, 300) << invalidated.body;
  HttpConnection after = nacred.connect();
  after.send({.target = "/api/cache/product:7"});
  origin.release();

  EXPECT_EQ(value_of(before.receive()), "1") << "its read began before the invalidation";
  EXPECT_EQ(value_of(after.receive()), "2");
  for (int read = 0; read < 5; ++read) {
    EXPECT_EQ(value_of(nacred.get("/api/cache/product:7")), "2");
  }
}

constexpr const char* invalidate = "/api/cache/invalidate";
INSTANTIATE_TEST_SUITE_P(
    Every, NacredInvalidation,
    testing::Values(
        Way{"key", "POST", invalidate, R"({"key":"product:7"})"},
        Way{"keys", "POST", invalidate, R"({"keys":["product:8","product:7"]})"},
        Way{"tag", "POST", invalidate, R"({"tag":"product"})"},
        Way{"any_tag", "POST", invalidate, R"({"tags":["x","product:7"],"match":"any"})"},
        Way{"all_tags", "POST", invalidate, R"({"tags":["product","product:7"],"match":"all"})"},
        Way{"prefix", "POST", invalidate, R"({"prefix":"product:"})"},
        Way{"pattern", "POST", invalidate, R"({"pattern":"prod*:[0-9]"})"},
        Way{"removal", "DELETE", "/api/cache/entries/product:7", ""},
        Way{"write", "PUT", "/api/cache/entries/product:7", "2"},
        Way{"flush", "POST", "/api/admin/flush", ""}),
    [](const auto& way) { return std::string(way.param.name); });

TEST(Nacred, serves_stale_while_the_origin_is_dead_then_502_then_fresh_when_it_is_back) {
  std::atomic<bool> is_dead{false};
  std::atomic<int> version{1};
  TestOrigin origin([&](const SeenRequest&) {
    OriginScript script = OriginScript::reply(200, std::to_string(version.load()),
                                              "Content-Type: application/json\r\n");
    if (is_dead) {
      script.bytes.clear();
      script.resets = true;
    }
    return script;
  });
  RunningNacred nacred("[cache]\nttl_jitter = 0\nerror_backoff = \"100ms\"\n" +
                       rule(origin, "ttl = \"200ms\"\nstale_if_error = \"2s\"\n"));
  ASSERT_EQ(value_of(nacred.get("/api/cache/product:7")), "1");
  is_dead = true;
  version = 2;
  EXPECT_TRUE(comes_true([&] {
    const HttpReply reply = nacred.get("/api/cache/product:7");
    return reply.status == 200 && json::parse(reply.body).at("state") == "stale";
  }));
  HttpReply failed;
  EXPECT_TRUE(comes_true([&] {
    failed = nacred.get("/api/cache/product:7");
    return failed.status != 200;
  }));
  EXPECT_EQ(failed.status, 502) << failed.body;
  EXPECT_EQ(code_of(failed), "cache.load_failed");
  is_dead = false;
  EXPECT_TRUE(comes_true([&] { return value_of(nacred.get("/api/cache/product:7")) == "2"; }));
}

TEST(Nacred, nobody_waits_for_an_origin_that_hangs) {
  TestOrigin origin([](const SeenRequest&) {
    OriginScript script = OriginScript::reply(200, "never");
    script.is_held = true;
    return script;
  });
  RunningNacred nacred(rule(origin, "ttl = \"60s\"\ntimeout = \"300ms\"\n"));
  const HttpReply reply = nacred.get("/api/cache/product:7");
  EXPECT_EQ(reply.status, 504) << reply.body;
  EXPECT_EQ(code_of(reply), "cache.load_timeout");
}

TEST(Nacred, remembers_what_the_origin_does_not_have) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(404, "no"); });
  RunningNacred nacred(rule(origin, "ttl = \"60s\"\nnegative_ttl = \"60s\"\n"));
  for (int read = 0; read < 3; ++read) {
    const HttpReply reply = nacred.get("/api/cache/product:7");
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(code_of(reply), "cache.key_not_found");
  }
  EXPECT_EQ(origin.requests().size(), 1u);
}

TEST(Nacred, asks_with_the_etag_and_keeps_the_value_when_it_still_holds) {
  TestOrigin origin([](const SeenRequest& request) {
    const auto condition = request.headers.find("if-none-match");
    if (condition != request.headers.end() && condition->second == "\"v1\"") {
      return OriginScript::reply(304, "");
    }
    return OriginScript::reply(200, "1", "Content-Type: application/json\r\nETag: \"v1\"\r\n");
  });
  RunningNacred nacred("[cache]\nttl_jitter = 0\n" + rule(origin, "ttl = \"200ms\"\n"));
  ASSERT_EQ(value_of(nacred.get("/api/cache/product:7")), "1");
  EXPECT_TRUE(comes_true([&] {
    static_cast<void>(nacred.get("/api/cache/product:7"));
    return origin.requests().size() >= 2;
  }));
  EXPECT_EQ(origin.requests()[1].headers.at("if-none-match"), "\"v1\"");
  EXPECT_EQ(value_of(nacred.get("/api/cache/product:7")), "1");
}

TEST(Nacred, a_signal_to_end_lets_requests_finish_and_exits_with_0) {
  TestOrigin origin([](const SeenRequest&) {
    OriginScript script = OriginScript::reply(200, "1", "Content-Type: application/json\r\n");
    script.is_held = true;
    return script;
  });
  RunningNacred nacred(rule(origin));
  HttpConnection running = nacred.connect();
  running.send({.target = "/api/cache/product:7"});
  ASSERT_TRUE(origin.wait_for_requests(1));
  nacred.process().send_signal(SIGTERM);
  EXPECT_TRUE(comes_true([&] {
    try {
      static_cast<void>(nacred.connect());
      return false;
    } catch (const std::runtime_error&) {
      return true;  // it listens no more
    }
  }));
  origin.release();
  EXPECT_EQ(value_of(running.receive()), "1");
  EXPECT_EQ(nacred.process().wait().exit_code, 0);
}

TEST(Nacred, a_hangup_reloads_the_configuration_whole_or_keeps_the_old_one) {
  TestOrigin origin([](const SeenRequest&) {
    return OriginScript::reply(200, "1", "Content-Type: application/json\r\n");
  });
  RunningNacred nacred(rule(origin));
  EXPECT_EQ(nacred.get("/api/cache/article:7").status, 404);

  nacred.rewrite_config("[cache]\nttl = \"not a time\"\n");
  nacred.process().send_signal(SIGHUP);
  EXPECT_EQ(value_of(nacred.get("/api/cache/product:7")), "1");

  nacred.rewrite_config(rule(origin) + "[[origin]]\nmatch = \"article:{id}\"\nurl = \"" +
                        origin.url("/articles/{id}") + "\"\nretries = 0\n");
  nacred.process().send_signal(SIGHUP);
  EXPECT_TRUE(comes_true([&] { return nacred.get("/api/cache/article:7").status == 200; }));
  EXPECT_EQ(value_of(nacred.get("/api/cache/product:7")), "1") << "what was cached stays";
}

TEST(Nacred, wrong_starts_end_with_the_documented_codes) {
  const TemporaryFolder folder;
  const std::string bad = folder.write("bad.toml", "[cache]\ntll = \"60s\"\n").string();
  EXPECT_EQ(run_program({NACRED_PROGRAM, "--no-such-flag"}).exit_code, 64);
  const Finished wrong = run_program({NACRED_PROGRAM, "--config", bad});
  EXPECT_EQ(wrong.exit_code, 78);
  EXPECT_THAT(wrong.err, HasSubstr("ttl")) << "the nearest name";
  RunningNacred nacred("");
  const std::string taken =
      folder.write("taken.toml", "[server]\nlisten = \"127.0.0.1:" + nacred.port() + "\"\n")
          .string();
  EXPECT_EQ(run_program({NACRED_PROGRAM, "--config", taken}).exit_code, 69);
  const std::string open = folder.write("open.toml", "[server]\nlisten = \"0.0.0.0:0\"\n").string();
  EXPECT_EQ(run_program({NACRED_PROGRAM, "--config", open}).exit_code, 78) << "no token";
}

struct BadInput {
  const char* method;
  std::string target;
  std::string body;
  int status;
  const char* code;
  const char* named;  ///< what the message must name
};

TEST(Nacred, bad_input_gets_its_status_and_code_and_the_daemon_goes_on) {
  RunningNacred nacred("max_body_bytes = \"64KiB\"\n");
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  const std::string entry = "/api/cache/entries/k";
  const std::vector<BadInput> inputs = {
      {"GET", "/api/cache/entries/" + std::string(1025, 'k'), "", 400, "cache.invalid_key", "key"},
      {"GET", "/api/cache/entries/a%0Ab", "", 400, "cache.invalid_key", "control"},
      {"GET", "/api/cache/entries/%FF", "", 400, "cache.invalid_key", "UTF-8"},
      {"GET", "/api/cache/entries/~lease", "", 400, "cache.invalid_key", "~"},
      {"POST", "/api/cache/mget", R"({"keys":[""]})", 400, "cache.invalid_key", "empty"},
      {"PUT", entry + "?ttl=0", "1", 400, "cache.invalid_argument", "ttl"},
      {"PUT", entry + "?ttl=-1", "1", 400, "cache.invalid_argument", "ttl"},
      {"PUT", entry + "?ttl=1e18", "1", 400, "cache.invalid_argument", "ttl"},
      {"PUT", entry + "?ttl=abc", "1", 400, "cache.invalid_argument", "ttl"},
      {"PUT", entry + "?ttl=NaN", "1", 400, "cache.invalid_argument", "ttl"},
      {"PUT", entry + "?tll=5", "1", 400, "cache.invalid_argument", "tll"},
      {"PUT", entry, std::string(70'000, '1'), 413, "cache.value_too_large", "body"},
      {"PUT", entry, deep, 400, "cache.invalid_argument", "deep"},
      {"PUT", entry, "{\"a\":1,}", 400, "cache.invalid_argument", "JSON"},
      {"POST", "/api/cache/mget", R"({"keys":"a"})", 400, "cache.invalid_argument", "keys"},
      {"POST", "/api/cache/mget", R"({"keys":[1]})", 400, "cache.invalid_argument", "keys"},
      {"POST", "/api/cache/mget", R"({"kees":["a"]})", 400, "cache.invalid_argument", "kees"},
      {"POST", "/api/cache/invalidate", R"({"key":"a","tag":"b"})", 400, "cache.invalid_argument",
       ""},
      {"POST", "/api/cache/invalidate", R"({})", 400, "cache.invalid_argument", "key"},
      {"POST", "/api/cache/invalidate", R"([])", 400, "cache.invalid_argument", "object"},
      {"GET", "/api/cache/entries/absent", "", 404, "cache.key_not_found", "key"},
      {"GET", "/nowhere", "", 404, "cache.no_handler", ""},
      {"DELETE", "/api/cache/stats", "", 405, "cache.no_handler", ""},
  };
  for (const BadInput& input : inputs) {
    const HttpReply reply = nacred.ask({.method = input.method,
                                        .target = input.target,
                                        .body = input.body,
                                        .headers = {{"Content-Type", "application/json"}}});
    const std::string what = std::string(input.method) + ' ' + input.target.substr(0, 60) + ' ' +
                             input.body.substr(0, 40) + ": " + reply.body.substr(0, 300);
    EXPECT_EQ(reply.status, input.status) << what;
    EXPECT_EQ(code_of(reply), input.code) << what;
    EXPECT_THAT(reply.body, HasSubstr(input.named)) << what;
  }
  EXPECT_EQ(nacred.get("/health/live").status, 200);
}

}  // namespace
}  // namespace nacre::test
