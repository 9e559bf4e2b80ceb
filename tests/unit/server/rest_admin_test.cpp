#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/json_body.hpp"
#include "unit/server/api_fixture.hpp"

namespace nacre::server::testing {
namespace {

using namespace std::chrono_literals;

class RestAdmin : public ApiFixture {
 protected:
  // The keys of one page, and its cursor (empty at the end).
  struct Page {
    std::vector<std::string> keys{};
    std::string cursor{};
  };

  Page list(const std::string& query) {
    const WireReply reply = get("/api/admin/keys" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    Page page;
    for (const auto& [name, value] : JsonView(reply.body).members()) {
      if (name == "cursor" && value.kind() == JsonView::Kind::string) page.cursor = value.string();
      if (name != "entries") continue;
      for (const JsonView& entry : value.elements()) {
        for (const auto& [field, content] : entry.members()) {
          if (field == "key") page.keys.push_back(content.string());
        }
      }
    }
    return page;
  }
};

TEST_F(RestAdmin, lists_every_key_once_page_by_page) {
  std::set<std::string> expected;
  for (int index = 0; index < 500; ++index) {
    cache.set("key:" + std::to_string(index), index);
    expected.insert("key:" + std::to_string(index));
  }
  std::set<std::string> listed;
  std::string cursor;
  int page_count = 0;
  do {
    const Page page = list("?limit=60" + (cursor.empty() ? "" : "&cursor=" + cursor));
    EXPECT_LE(page.keys.size(), 60U);
    listed.insert(page.keys.begin(), page.keys.end());
    cursor = page.cursor;
  } while (!cursor.empty() && ++page_count < 100);
  EXPECT_EQ(listed, expected);
}

TEST_F(RestAdmin, lists_by_each_filter) {
  cache.set("user:1", std::string("a"), {.ttl = 10s, .stale_if_error = 100s});
  cache.set("user:2", std::string("b"), {.ttl = 100s});
  cache.set_value("item:1", Value::from_bytes("1", Format::json), {.ttl = 1000s});
  clock->advance(20s);
  const auto keys = [this](const std::string& query) {
    const Page page = list(query);
    return std::set<std::string>(page.keys.begin(), page.keys.end());
  };
  using Keys = std::set<std::string>;
  EXPECT_EQ(keys(""), (Keys{"user:1", "user:2", "item:1"}));
  EXPECT_EQ(keys("?prefix=user:"), (Keys{"user:1", "user:2"}));
  EXPECT_EQ(keys("?pattern=*%3A1"), (Keys{"user:1", "item:1"}));
  EXPECT_EQ(keys("?state=stale"), (Keys{"user:1"}));
  EXPECT_EQ(keys("?state=fresh&prefix=user"), (Keys{"user:2"}));
  EXPECT_EQ(keys("?format=json"), (Keys{"item:1"}));
  EXPECT_EQ(keys("?min_ttl=5m"), (Keys{"item:1"}));
  EXPECT_EQ(keys("?max_ttl=5m&min_ttl=1"), (Keys{"user:2"}));
  EXPECT_EQ(keys("?cache=second"), Keys{});
}

TEST_F(RestAdmin, refuses_bad_listings_by_name) {
  expect_error(get("/api/admin/keys?limit=0"), 400, "cache.invalid_argument",
               {"limit", "1 to 1000"});
  expect_error(get("/api/admin/keys?limit=1001"), 400, "cache.invalid_argument", {"limit"});
  expect_error(get("/api/admin/keys?limit=ten"), 400, "cache.invalid_argument",
               {"limit", "whole number"});
  expect_error(get("/api/admin/keys?state=old"), 400, "cache.invalid_argument",
               {"state", "'old'", "fresh, stale, negative"});
  expect_error(get("/api/admin/keys?format=xml"), 400, "cache.invalid_argument", {"format"});
  expect_error(get("/api/admin/keys?min_ttl=x"), 400, "cache.invalid_argument", {"min_ttl"});
  expect_error(get("/api/admin/keys?max_ttl=-1"), 400, "cache.invalid_argument", {"max_ttl"});
  expect_error(get("/api/admin/keys?pattern=[a"), 400, "cache.invalid_argument", {"pattern"});
  expect_error(get("/api/admin/keys?cursor=!"), 400, "cache.invalid_argument", {"cursor"});
  expect_error(get("/api/admin/keys?page=2"), 400, "cache.invalid_argument", {"'page'"});
}

TEST_F(RestAdmin, shows_one_key_without_its_value) {
  cache.set_value("a b", Value::from_bytes("[1]", Format::json), {.ttl = 60s, .tags = {"t"}});
  const WireReply reply = get("/api/admin/keys/a%20b");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body.starts_with(
      R"({"key":"a b","state":"fresh","tier":"memory","format":"json","age_ms":0,"ttl_ms":60000,)"))
      << reply.body;
  EXPECT_NE(reply.body.find(R"("value_bytes":3,)"), std::string::npos);
  EXPECT_NE(reply.body.find(R"("tags":["t"])"), std::string::npos);
  EXPECT_EQ(reply.body.find("[1]"), std::string::npos);
  expect_error(get("/api/admin/keys/none"), 404, "cache.key_not_found");
  expect_error(get("/api/admin/keys/~x"), 400, "cache.invalid_key");
}

TEST_F(RestAdmin, removes_expires_and_persists_one_key) {
  put("/api/cache/entries/a?ttl=60&sie=100", "1");
  EXPECT_EQ(post("/api/admin/keys/a/persist", "").body, R"({"persisted":true})");
  clock->advance(3600s);
  EXPECT_NE(get("/api/cache/a").body.find(R"("state":"fresh")"), std::string::npos);
  EXPECT_EQ(post("/api/admin/keys/a/expire", "").body, R"({"expired":true})");
  EXPECT_EQ(remove("/api/admin/keys/a").body, R"({"key":"a","removed":true})");
  EXPECT_FALSE(cache.has("a"));
  expect_error(post("/api/admin/keys/a/persist", ""), 404, "cache.key_not_found");
  expect_error(post("/api/admin/keys/a/expire", ""), 404, "cache.key_not_found");
  expect_error(post("/api/admin/keys/~a/expire", ""), 400, "cache.invalid_key");
}

TEST_F(RestAdmin, explains_what_the_next_read_does) {
  const WireReply miss = get("/api/admin/explain?key=none");
  EXPECT_NE(miss.body.find(R"("state":"miss")"), std::string::npos);
  EXPECT_NE(miss.body.find("no origin rule"), std::string::npos);
  const WireReply origin = get("/api/admin/explain?key=origin:1");
  EXPECT_NE(origin.body.find(R"("origin":{"match":"origin:{id}","url":"http://127.0.0.1:1/{id}"})"),
            std::string::npos)
      << origin.body;
  cache.set("a", 1, {.ttl = 10s, .stale_if_error = 100s, .tags = {"t"}});
  const WireReply fresh = get("/api/admin/explain?key=a");
  EXPECT_NE(fresh.body.find(R"("state":"fresh")"), std::string::npos);
  EXPECT_NE(fresh.body.find(R"("marks":["namespace","tag t"])"), std::string::npos);
  clock->advance(11s);
  EXPECT_NE(get("/api/admin/explain?key=a").body.find(R"("state":"stale")"), std::string::npos);
  expect_error(get("/api/admin/explain"), 400, "cache.invalid_argument", {"key", "missing"});
  expect_error(get("/api/admin/explain?key="), 400, "cache.invalid_key");
}

TEST_F(RestAdmin, flushes_but_not_in_production) {
  cache.set("a", 1);
  EXPECT_EQ(post("/api/admin/flush", "").body, R"({"flushed":true})");
  EXPECT_FALSE(cache.has("a"));
  cache.set("a", 1);
  set_up_backend([](Backend& backend) { backend.is_production = true; });
  expect_error(post("/api/admin/flush", ""), 403, "cache.flush_disabled_in_production",
               {"allow_flush_in_production"});
  EXPECT_TRUE(cache.has("a"));
  set_up_backend([](Backend& backend) {
    backend.is_production = true;
    backend.allows_flush_in_production = true;
  });
  EXPECT_EQ(post("/api/admin/flush", "").status, 200);
}

TEST_F(RestAdmin, answers_saturated_when_too_many_listings_wait) {
  class RefusingExecutor final : public Executor {
   public:
    bool try_post(std::function<void()>) override { return false; }
    void stop() override {}
  };
  set_up_backend([](Backend& backend) { backend.executor = std::make_shared<RefusingExecutor>(); });
  expect_error(get("/api/admin/keys"), 503, "cache.saturated");
  expect_error(post("/api/cache/invalidate", R"({"prefix":"a"})"), 503, "cache.saturated");
  EXPECT_NE(post("/api/cache/warm", R"({"keys":["origin:1"]})").body.find("cache.saturated"),
            std::string::npos);
}

}  // namespace
}  // namespace nacre::server::testing
