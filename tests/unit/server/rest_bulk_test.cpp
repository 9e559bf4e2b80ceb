#include <gtest/gtest.h>

#include <string>

#include "unit/server/api_fixture.hpp"

namespace nacre::server::testing {
namespace {

using namespace std::chrono_literals;

class RestBulk : public ApiFixture {
 protected:
  bool has(std::string_view key) { return cache.has(key); }
};

TEST_F(RestBulk, reads_many_in_order_and_says_each_state) {
  put("/api/cache/entries/a?ttl=60&tags=t", "1");
  put("/api/cache/entries/s?ttl=1&sie=100", "\"old\"");
  cache.set_negative("n", {.negative_ttl = 50s});
  clock->advance(2s);
  EXPECT_EQ(post("/api/cache/mget", R"({"keys":["s","none","a","n"]})").body,
            R"({"entries":[{"key":"s","value":"old","state":"stale","tier":"memory",)"
            R"("age_ms":2000,"ttl_ms":0,"tags":[]},{"key":"none","state":"miss"},)"
            R"({"key":"a","value":1,"state":"fresh","tier":"memory","age_ms":2000,)"
            R"("ttl_ms":58000,"tags":["t"]},{"key":"n","state":"negative","tier":"memory",)"
            R"("age_ms":2000,"ttl_ms":48000,"tags":[]}]})");
}

TEST_F(RestBulk, asks_no_origin_for_a_bulk_read) {
  EXPECT_NE(post("/api/cache/mget", R"({"keys":["origin:1"]})").body.find("\"miss\""),
            std::string::npos);
  EXPECT_EQ(origins->load_count, 0);
}

TEST_F(RestBulk, writes_many_as_they_were_sent) {
  EXPECT_EQ(
      post("/api/cache/mset",
           R"({"entries":[{"key":"a","value":{"n":1.50,"s":"\u00e9"},"ttl":"5m","tags":["x"]},)"
           R"({"key":"b","value":"text","encoding":"text","ttl":2.5},)"
           R"({"key":"c","value":"+/8=","encoding":"base64"},{"key":"d","value":null}]})")
          .body,
      R"({"stored":4})");
  EXPECT_NE(get("/api/cache/a").body.find(R"("value":{"n":1.50,"s":"\u00e9"})"), std::string::npos);
  EXPECT_NE(get("/api/cache/a").body.find(R"("ttl_ms":300000,"tags":["x"])"), std::string::npos);
  EXPECT_NE(get("/api/cache/b").body.find(R"("value":"text")"), std::string::npos);
  EXPECT_NE(get("/api/cache/b").body.find(R"("ttl_ms":2500)"), std::string::npos);
  EXPECT_EQ(get("/api/cache/c", "Accept: application/octet-stream\r\n").body, "\xFB\xFF");
  EXPECT_NE(get("/api/cache/d").body.find(R"("value":null)"), std::string::npos);
}

TEST_F(RestBulk, stores_nothing_when_one_entry_is_bad) {
  for (const std::string entry :
       {R"({"key":"","value":1})", R"({"key":"~x","value":1})", R"({"value":1})", R"({"key":"b"})",
        R"({"key":"b","value":1,"ttl":0})", R"({"key":"b","value":1,"ttl":-1})",
        R"({"key":"b","value":1,"ttl":1e18})", R"({"key":"b","value":1,"ttl":"abc"})",
        R"({"key":"b","value":1,"ttl":true})", R"({"key":"b","value":1,"tll":1})",
        R"({"key":"b","value":1,"tags":"x"})", R"({"key":"b","value":1,"tags":[1]})",
        R"({"key":"b","value":1,"tags":[""]})", R"({"key":"b","value":1,"encoding":"base64"})",
        R"({"key":"b","value":"!","encoding":"base64"})",
        R"({"key":"b","value":"x","encoding":"gzip"})", R"({"key":5,"value":1})", "7"}) {
    const WireReply reply =
        post("/api/cache/mset", R"({"entries":[{"key":"a","value":1},)" + entry + "]}");
    EXPECT_EQ(reply.status, 400) << entry << reply.body;
    EXPECT_FALSE(has("a")) << entry;
  }
}

TEST_F(RestBulk, names_the_field_of_a_bad_entry) {
  const auto bad = [this](const std::string& entry, const std::vector<std::string>& parts) {
    expect_error(post("/api/cache/mset", R"({"entries":[{"key":"a","value":1},)" + entry + "]}"),
                 400, "cache.invalid_argument", parts);
  };
  bad(R"({"key":"b","value":1,"tll":1})", {"entries[1]", "'tll'", "allowed: key, value"});
  bad(R"({"key":"b","value":1,"ttl":"abc"})", {"entries[1].ttl"});
  bad(R"({"key":"b","value":1,"ttl":{}})", {"entries[1].ttl", "an object", "seconds"});
  bad(R"({"key":"b"})", {"entries[1].value", "missing"});
  bad(R"({"key":"b","value":1,"tags":[1]})", {"entries[1].tags[0]", "a number", "a string"});
}

TEST_F(RestBulk, refuses_bodies_that_are_not_what_is_asked_for) {
  for (const std::string path :
       {"/api/cache/mget", "/api/cache/mset", "/api/cache/warm", "/api/cache/invalidate"}) {
    expect_error(post(path, ""), 400, "cache.invalid_argument", {"body is not JSON"});
    expect_error(post(path, "["), 400, "cache.invalid_argument", {"body is not JSON"});
    expect_error(post(path, "[]"), 400, "cache.invalid_argument",
                 {"body", "an array", "an object"});
    expect_error(post(path, "{}"), 400, "cache.invalid_argument");
    expect_error(post(path, "{\"nope\":1}"), 400, "cache.invalid_argument", {"'nope'", "allowed:"});
    expect_error(post(path, "{} {}"), 400, "cache.invalid_argument");
    expect_error(post(path, "{\"keys\":[],\"keys\":[]}"), 400, "cache.invalid_argument", {"twice"});
    expect_error(post(path, std::string(33, '[') + std::string(33, ']')), 400,
                 "cache.invalid_argument", {"32"});
    expect_error(post(path, "{\"keys\":[\"\xFF\"]}"), 400, "cache.invalid_argument");
    expect_error(post(path + "?nope=1", "{}"), 400, "cache.invalid_argument", {"'nope'"});
    expect_error(send(body_request("POST", path, "{}", "Content-Type: text/plain\r\n")), 400,
                 "cache.invalid_argument", {"Content-Type", "application/json"});
  }
  expect_error(post("/api/cache/mget", R"({"keys":[]})"), 400, "cache.invalid_argument",
               {"keys", "1 to 1024"});
  expect_error(post("/api/cache/mget", R"({"keys":"a"})"), 400, "cache.invalid_argument",
               {"keys", "a string", "an array"});
  expect_error(post("/api/cache/mget", R"({"keys":["a",1]})"), 400, "cache.invalid_argument",
               {"keys[1]", "a number"});
  expect_error(post("/api/cache/mget", R"({"keys":["~a"]})"), 400, "cache.invalid_key");
  std::string many = "{\"keys\":[\"a\"";
  for (int count = 0; count < 1024; ++count) many += ",\"a\"";
  expect_error(post("/api/cache/mget", many + "]}"), 400, "cache.invalid_argument", {"1025"});
}

TEST_F(RestBulk, refuses_a_body_over_the_limit) {
  limits.max_body_bytes = 100;
  expect_error(post("/api/cache/mget", std::string(101, ' ')), 413, "cache.value_too_large");
}

TEST_F(RestBulk, invalidates_by_each_selector) {
  const auto fill = [this] {
    cache.set("user:1", 1, {.tags = {"user", "paying"}});
    cache.set("user:2", 2, {.tags = {"user"}});
    cache.set("item:1", 3);
  };
  const auto invalidate = [&, this](const std::string& body) {
    fill();
    return post("/api/cache/invalidate", body).body;
  };
  EXPECT_EQ(invalidate(R"({"key":"user:1"})"), R"({"invalidated":1})");
  EXPECT_FALSE(has("user:1"));
  EXPECT_EQ(invalidate(R"({"keys":["user:1","item:1","none"]})"), R"({"invalidated":2})");
  EXPECT_FALSE(has("item:1"));
  EXPECT_EQ(invalidate(R"({"prefix":"user:"})"), R"({"invalidated":2})");
  EXPECT_FALSE(has("user:2"));
  EXPECT_EQ(invalidate(R"({"pattern":"*:1"})"), R"({"invalidated":2})");
  EXPECT_TRUE(has("user:2"));
  EXPECT_FALSE(has("item:1"));
  EXPECT_EQ(invalidate(R"({"tag":"user"})"), R"({"invalidated":null})");
  EXPECT_FALSE(has("user:2"));
  EXPECT_TRUE(has("item:1"));
  invalidate(R"({"tags":["user","paying"],"match":"all"})");
  EXPECT_FALSE(has("user:1"));
  EXPECT_TRUE(has("user:2"));
  EXPECT_EQ(invalidate(R"({"tags":["paying","none"]})"), R"({"invalidated":null})");
  EXPECT_FALSE(has("user:1"));
  EXPECT_TRUE(has("user:2"));
}

TEST_F(RestBulk, only_expires_when_asked_to) {
  put("/api/cache/entries/a?sie=100", "1");
  EXPECT_EQ(post("/api/cache/invalidate", R"({"key":"a","expire":true})").body,
            R"({"invalidated":1})");
  EXPECT_NE(get("/api/cache/a").body.find(R"("state":"stale")"), std::string::npos);
  cache.set("a", 1, {.stale_if_error = 100s});
  EXPECT_EQ(post("/api/cache/invalidate", R"({"prefix":"a","expire":true})").body,
            R"({"invalidated":1})");
  EXPECT_TRUE(has("a"));
}

TEST_F(RestBulk, refuses_ambiguous_invalidations) {
  expect_error(post("/api/cache/invalidate", R"({"key":"a","tag":"b"})"), 400,
               "cache.invalid_argument", {"several selectors: key, tag"});
  expect_error(post("/api/cache/invalidate", R"({"expire":true})"), 400, "cache.invalid_argument",
               {"no selector", "one of key, keys, pattern, prefix, tag, tags"});
  expect_error(post("/api/cache/invalidate", R"({"tags":["a"],"match":"some"})"), 400,
               "cache.invalid_argument", {"match", "'some'", "any, all"});
  expect_error(post("/api/cache/invalidate", R"({"key":"a","match":"all"})"), 400,
               "cache.invalid_argument", {"match"});
  expect_error(post("/api/cache/invalidate", R"({"key":"a","expire":"yes"})"), 400,
               "cache.invalid_argument", {"expire", "a string", "true or false"});
  expect_error(post("/api/cache/invalidate", R"({"key":5})"), 400, "cache.invalid_argument",
               {"key", "a number"});
  expect_error(post("/api/cache/invalidate", R"({"key":""})"), 400, "cache.invalid_key");
  expect_error(post("/api/cache/invalidate", R"({"pattern":"[a"})"), 400, "cache.invalid_argument",
               {"pattern"});
  expect_error(post("/api/cache/invalidate", R"({"prefix":""})"), 400, "cache.invalid_argument",
               {"prefix"});
}

TEST_F(RestBulk, warms_what_is_not_fresh) {
  get("/api/cache/origin:fresh");
  origins->answer = [](const LoadContext& context) {
    if (context.key == "origin:bad") throw Error(Errc::load_failed, "the origin answered 500");
    return Value::from_bytes("1", Format::json);
  };
  const WireReply reply =
      post("/api/cache/warm",
           R"({"keys":["origin:fresh","origin:1","origin:2","origin:bad","nobody"],"ttl":"9s"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body.starts_with(R"({"requested":5,"warmed":2,"skipped":1,"failed":[)"))
      << reply.body;
  EXPECT_NE(reply.body.find(R"({"key":"origin:bad","error":{"code":"cache.load_failed")"),
            std::string::npos);
  EXPECT_NE(reply.body.find(R"({"key":"nobody","error":{"code":"cache.no_handler")"),
            std::string::npos);
  EXPECT_EQ(origins->load_count, 4);
  EXPECT_NE(get("/api/cache/origin:1").body.find(R"("ttl_ms":9000)"), std::string::npos);
}

TEST_F(RestBulk, warms_fresh_keys_anew_by_force) {
  get("/api/cache/origin:1");
  EXPECT_EQ(post("/api/cache/warm", R"({"keys":["origin:1"],"force":true})").body,
            R"({"requested":1,"warmed":1,"skipped":0,"failed":[]})");
  EXPECT_EQ(origins->load_count, 2);
}

TEST_F(RestBulk, keeps_the_old_value_when_warming_by_force_fails) {
  get("/api/cache/origin:1");
  origins->answer = [](const LoadContext&) -> Value {
    throw Error(Errc::load_failed, "the origin answered 500");
  };
  const WireReply reply = post("/api/cache/warm", R"({"keys":["origin:1"],"force":true})");
  EXPECT_NE(reply.body.find(R"("warmed":0)"), std::string::npos) << reply.body;
  EXPECT_EQ(get("/api/cache/origin:1").status, 200);
}

TEST_F(RestBulk, warms_thousands) {
  std::string body = "{\"keys\":[\"origin:0\"";
  for (int index = 1; index < 3000; ++index) body += ",\"origin:" + std::to_string(index) + "\"";
  EXPECT_EQ(post("/api/cache/warm", body + "]}").body,
            R"({"requested":3000,"warmed":3000,"skipped":0,"failed":[]})");
}

TEST_F(RestBulk, refuses_bad_warmings) {
  expect_error(post("/api/cache/warm", R"({"keys":["a"],"ttl":"x"})"), 400,
               "cache.invalid_argument", {"ttl"});
  expect_error(post("/api/cache/warm", R"({"keys":["a"],"force":1})"), 400,
               "cache.invalid_argument", {"force", "a number"});
  expect_error(post("/api/cache/warm", R"({"keys":[""]})"), 400, "cache.invalid_key");
}

}  // namespace
}  // namespace nacre::server::testing
