#include <gtest/gtest.h>

#include <string>

#include "unit/server/api_fixture.hpp"

namespace nacre::server::testing {
namespace {

using namespace std::chrono_literals;

class RestEntries : public ApiFixture {};

TEST_F(RestEntries, reads_what_was_written_with_its_facts) {
  EXPECT_EQ(put("/api/cache/entries/user:1?ttl=60&tags=user,paying", R"({"name": "Ada"})").body,
            R"({"key":"user:1","stored":true})");
  clock->advance(1500ms);
  const WireReply reply = get("/api/cache/user:1");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.fields.at("content-type"), "application/json");
  EXPECT_EQ(reply.body,
            R"({"key":"user:1","value":{"name": "Ada"},"state":"fresh","tier":"memory",)"
            R"("age_ms":1500,"ttl_ms":58500,"tags":["user","paying"]})");
  EXPECT_EQ(get("/api/cache/entries/user:1").body, reply.body);
}

TEST_F(RestEntries, gives_the_bare_value_to_who_accepts_bytes) {
  put("/api/cache/entries/k?ttl=10&tags=a,b%2Cc", "\x01\x02\xFF", "application/octet-stream");
  clock->advance(1s);
  const WireReply reply = get("/api/cache/k", "Accept: application/octet-stream\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "\x01\x02\xFF");
  EXPECT_EQ(reply.fields.at("content-type"), "application/octet-stream");
  EXPECT_EQ(reply.fields.at("x-nacre-state"), "fresh");
  EXPECT_EQ(reply.fields.at("x-nacre-tier"), "memory");
  EXPECT_EQ(reply.fields.at("x-nacre-format"), "raw");
  EXPECT_EQ(reply.fields.at("x-nacre-age-ms"), "1000");
  EXPECT_EQ(reply.fields.at("x-nacre-ttl-ms"), "9000");
  EXPECT_EQ(reply.fields.at("x-nacre-tags"), "a,b,c");
}

TEST_F(RestEntries, shows_json_as_it_is_text_as_a_string_and_bytes_in_base64) {
  put("/api/cache/entries/j", " [1, 2.50,\"x\"] ");
  put("/api/cache/entries/t", "say \"hi\"\n", "text/plain; charset=utf-8");
  put("/api/cache/entries/broken", "a\xFFz", "text/plain");
  put("/api/cache/entries/b", "\xFB\xFF", "application/octet-stream");
  EXPECT_NE(get("/api/cache/j").body.find(R"("value": [1, 2.50,"x"] ,"state")"), std::string::npos);
  EXPECT_NE(get("/api/cache/t").body.find(R"("value":"say \"hi\"\n","state")"), std::string::npos);
  EXPECT_NE(get("/api/cache/broken").body.find(R"("value":"Yf96","encoding":"base64","state")"),
            std::string::npos);
  EXPECT_NE(get("/api/cache/b").body.find(R"("value":"+/8=","encoding":"base64","state")"),
            std::string::npos);
}

TEST_F(RestEntries, keeps_ordinary_values_that_look_like_nothing) {
  for (const std::string value : {"0", "false", "\"\"", "null", "{}", "[]"}) {
    EXPECT_EQ(put("/api/cache/entries/k", value).status, 200);
    EXPECT_NE(get("/api/cache/k").body.find("\"value\":" + value + ",\"state\":\"fresh\""),
              std::string::npos);
  }
  put("/api/cache/entries/k", "", "text/plain");
  EXPECT_NE(get("/api/cache/k").body.find(R"("value":"","state":"fresh")"), std::string::npos);
}

TEST_F(RestEntries, sends_a_large_value_whole) {
  const std::string value = "\"" + std::string(300'000, 'x') + "\"";
  put("/api/cache/entries/k", value);
  EXPECT_EQ(get("/api/cache/k", "Accept: application/octet-stream\r\n").body, value);
  EXPECT_NE(get("/api/cache/k").body.find("\"value\":" + value + ",\"state\":\"fresh\""),
            std::string::npos);
}

TEST_F(RestEntries, says_a_miss_and_a_negative_hit_apart) {
  expect_error(get("/api/cache/none"), 404, "cache.key_not_found", {R"("state":"miss")"});
  origins->answer = [](const LoadContext&) { return Value(); };
  expect_error(get("/api/cache/origin:1"), 404, "cache.key_not_found", {R"("state":"negative")"});
  clock->advance(1s);
  expect_error(get("/api/cache/origin:1"), 404, "cache.key_not_found",
               {R"("state":"negative")", R"("age_ms":"1000")", R"("ttl_ms":"4000")"});
  EXPECT_EQ(origins->load_count, 1);
}

TEST_F(RestEntries, reads_through_to_the_origin_once) {
  const WireReply first = get("/api/cache/origin:7");
  EXPECT_NE(first.body.find(R"("value":"origin:7","state":"fresh","tier":"origin")"),
            std::string::npos)
      << first.body;
  EXPECT_NE(get("/api/cache/origin:7").body.find(R"("tier":"memory")"), std::string::npos);
  EXPECT_EQ(origins->load_count, 1);
}

TEST_F(RestEntries, takes_a_ttl_for_what_it_loads) {
  get("/api/cache/origin:7?ttl=5");
  EXPECT_NE(get("/api/cache/origin:7").body.find(R"("ttl_ms":5000)"), std::string::npos);
}

TEST_F(RestEntries, passes_fields_of_its_caller_where_the_rule_does) {
  get("/api/cache/origin:1", "X-Request-Id: caller-1\r\n");
  EXPECT_EQ(origins->last_request_id, "");
  origins->pass_fields();
  get("/api/cache/origin:2", "X-Request-Id: caller-2\r\n");
  EXPECT_EQ(origins->last_request_id, "caller-2");
}

TEST_F(RestEntries, gives_a_stale_value_when_the_origin_fails) {
  get("/api/cache/origin:7");
  origins->answer = [](const LoadContext&) -> Value {
    throw Error(Errc::load_failed, "the origin answered 500");
  };
  clock->advance(61s);
  EXPECT_NE(get("/api/cache/origin:7").body.find(R"("state":"stale")"), std::string::npos);
  clock->advance(700s);
  expect_error(get("/api/cache/origin:7"), 502, "cache.load_failed", {"the origin answered 500"});
}

TEST_F(RestEntries, answers_504_when_the_origin_hangs) {
  origins->answer = [](const LoadContext&) -> Value {
    throw Error(Errc::load_timeout, "the origin took longer than 2s");
  };
  expect_error(get("/api/cache/origin:7"), 504, "cache.load_timeout");
}

TEST_F(RestEntries, removes_for_good) {
  put("/api/cache/entries/k", "1");
  EXPECT_EQ(remove("/api/cache/entries/k").body, R"({"key":"k","removed":true})");
  EXPECT_EQ(get("/api/cache/k").status, 404);
  EXPECT_EQ(remove("/api/cache/entries/k").body, R"({"key":"k","removed":false})");
}

TEST_F(RestEntries, reaches_keys_named_like_routes_below_entries) {
  for (const std::string key : {"stats", "mget", "entries", "a%2Fb", "%C3%A9"}) {
    EXPECT_EQ(put("/api/cache/entries/" + key, "1").status, 200) << key;
    EXPECT_EQ(get("/api/cache/entries/" + key).status, 200) << key;
  }
  expect_error(get("/api/cache/mget"), 405, "cache.no_handler", {"POST"});
}

TEST_F(RestEntries, keeps_the_stale_windows_it_is_given) {
  put("/api/cache/entries/k?ttl=10&swr=20&sie=1m", "1");
  clock->advance(15s);
  EXPECT_NE(get("/api/cache/k").body.find(R"("state":"stale")"), std::string::npos);
}

TEST_F(RestEntries, answers_head_like_get) {
  put("/api/cache/entries/k", "1");
  const WireReply reply = send("HEAD /api/cache/k HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.fields.at("content-length"), std::to_string(get("/api/cache/k").body.size()));
}

TEST_F(RestEntries, refuses_bad_keys) {
  const std::string long_key(1025, 'k');
  for (const std::string& key :
       {std::string("%00"), std::string("a%0Ab"), std::string("%FF"), std::string("%C3"),
        std::string("~x"), std::string("%7Ex"), std::string("a%zz"), std::string("a%2"), long_key,
        std::string("%7F")}) {
    expect_error(get("/api/cache/entries/" + key), 400, "cache.invalid_key");
    expect_error(get("/api/cache/" + key), 400, "cache.invalid_key");
    expect_error(put("/api/cache/entries/" + key, "1"), 400, "cache.invalid_key");
    expect_error(remove("/api/cache/entries/" + key), 400, "cache.invalid_key");
  }
  expect_error(get("/api/cache/entries/"), 400, "cache.invalid_key");
  expect_error(get("/api/cache/"), 400, "cache.invalid_key");
  EXPECT_EQ(put("/api/cache/entries/" + std::string(1024, 'k'), "1").status, 200);
}

TEST_F(RestEntries, refuses_bad_times_by_name) {
  for (const std::string ttl : {"0", "-1", "1e18", "abc", "NaN", "inf", "", "1h30m", "5%20s"}) {
    for (const std::string field : {"ttl", "swr", "sie"}) {
      if (ttl == "0" && field != "ttl") continue;  // 0 turns a stale window off
      expect_error(put("/api/cache/entries/k?" + field + "=" + ttl, "1"), 400,
                   "cache.invalid_argument", {field == "ttl" ? "ttl" : ""});
    }
    if (ttl != "0") {
      expect_error(get("/api/cache/origin:1?ttl=" + ttl), 400, "cache.invalid_argument", {"ttl"});
    }
  }
  expect_error(put("/api/cache/entries/k?ttl=11y", "1"), 400, "cache.invalid_argument", {"ttl"});
  expect_error(put("/api/cache/entries/k?ttl=99999d", "1"), 400, "cache.invalid_argument");
}

TEST_F(RestEntries, refuses_bad_queries_by_name) {
  expect_error(get("/api/cache/k?tll=5"), 400, "cache.invalid_argument",
               {"'tll'", "allowed: ttl, cache"});
  expect_error(get("/api/cache/k?ttl=5&ttl=6"), 400, "cache.invalid_argument", {"'ttl'", "twice"});
  expect_error(get("/api/cache/k?ttl=%f"), 400, "cache.invalid_argument", {"ttl"});
  expect_error(put("/api/cache/entries/k?tags=a,,b", "1"), 400, "cache.invalid_argument",
               {"tags", "empty"});
  expect_error(put("/api/cache/entries/k?tags=" + std::string(257, 't'), "1"), 400,
               "cache.invalid_argument");
  expect_error(get("/api/cache/k?cache=other"), 400, "cache.invalid_argument",
               {"cache", "default, second"});
}

TEST_F(RestEntries, refuses_values_that_are_not_what_they_say) {
  expect_error(put("/api/cache/entries/k", "{\"a\":}"), 400, "cache.invalid_argument",
               {"not JSON", "byte 5"});
  expect_error(put("/api/cache/entries/k", "{} x"), 400, "cache.invalid_argument");
  expect_error(put("/api/cache/entries/k", "{\"a\":1,\"a\":2}"), 400, "cache.invalid_argument",
               {"'a'", "twice"});
  expect_error(put("/api/cache/entries/k", std::string(100, '[') + std::string(100, ']')), 400,
               "cache.invalid_argument", {"32"});
  expect_error(put("/api/cache/entries/k", "1", "application/x-www-form-urlencoded"), 400,
               "cache.invalid_argument", {"Content-Type", "application/json"});
  expect_error(put("/api/cache/entries/k", std::string((1 << 20) + 1, 'x'), "text/plain"), 413,
               "cache.value_too_large");
  EXPECT_EQ(get("/api/cache/k").status, 404) << "nothing of it may have been stored";
}

TEST_F(RestEntries, keeps_caches_apart) {
  put("/api/cache/entries/k?cache=second", "2");
  EXPECT_EQ(get("/api/cache/k").status, 404);
  EXPECT_EQ(get("/api/cache/k?cache=second").status, 200);
  remove("/api/cache/entries/k?cache=second");
  EXPECT_EQ(get("/api/cache/k?cache=second").status, 404);
}

}  // namespace
}  // namespace nacre::server::testing
