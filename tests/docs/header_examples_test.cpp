// The examples in the comments of the public headers, so that they compile and do what they say.
#include <gtest/gtest.h>

#include <stdexcept>

#include "nacre/nacre.hpp"

namespace {

using namespace std::chrono_literals;

struct User {
  std::string name{};
};

std::string greeted;  // by the example that runs; each test begins with clearing it

void greet(const std::string& name) {
  greeted = name;
}

User load_user(int) {
  return {.name = "Ada"};
}

std::optional<User> find_user(int id) {
  return id == 1 ? std::optional(User{.name = "Ada"}) : std::nullopt;
}

class HeaderExamples : public testing::Test {
 protected:
  HeaderExamples() { greeted.clear(); }
};

TEST_F(HeaderExamples, cache_hpp) {
  nacre::Cache cache;
  auto user = cache.get_or_load("user:1", [] { return load_user(1); }, {.ttl = 60s});
  EXPECT_EQ(user->name, "Ada");
  cache.invalidate(nacre::by_key("user:1"));
  EXPECT_FALSE(cache.has("user:1"));
}

TEST_F(HeaderExamples, fake_clock_hpp) {
  auto clock = std::make_shared<nacre::FakeClock>();
  nacre::Cache cache({.clock = clock});
  cache.set("greeting", std::string("hello"), {.ttl = 60s});
  clock->advance(67s);
  EXPECT_TRUE(cache.get<std::string>("greeting").is_stale());
  clock->advance(10min);
  EXPECT_TRUE(cache.get<std::string>("greeting").is_miss());
}

TEST_F(HeaderExamples, lookup_hpp) {
  nacre::Cache cache;
  cache.set("user:1", User{.name = "Ada"});
  if (auto user = cache.get<User>("user:1")) greet(user->name);
  EXPECT_EQ(greeted, "Ada");

  const nacre::Lookup<User> lookup = cache.get<User>("user:2");
  std::string found;
  lookup.match([&](const nacre::Fresh<User>& hit) { found = hit.value->name; },
               [&](const nacre::Stale<User>& hit) { found = hit.value->name; },
               [&](const nacre::Negative&) { found = "known not to exist"; },
               [&](const nacre::Miss&) { found = "not known"; });
  EXPECT_EQ(found, "not known");
}

TEST_F(HeaderExamples, loader_hpp) {
  nacre::Cache cache;
  const nacre::Lookup<User> there = cache.get_or_load("user:1", [] { return find_user(1); });
  EXPECT_TRUE(there.is_fresh());
  const nacre::Lookup<User> absent = cache.get_or_load("user:2", [] { return find_user(2); });
  EXPECT_TRUE(absent.is_negative());
  const nacre::Lookup<User> plain = cache.get_or_load("user:3", [] { return load_user(3); });
  EXPECT_TRUE(plain.is_fresh());
  const nacre::Lookup<User> full =
      cache.get_or_load("user:4", [](const nacre::LoadContext& context) {
        EXPECT_EQ(context.key, "user:4");
        return nacre::Loaded<User>::value({.name = "Eve"}, {.ttl = 5s, .tags = {"vip"}});
      });
  EXPECT_EQ(full->name, "Eve");
  EXPECT_EQ(cache.inspect("user:4")->tags, std::vector<std::string>{"vip"});
}

TEST_F(HeaderExamples, selector_hpp) {
  nacre::Cache cache;
  cache.set("desk", 1, {.tags = {"product"}});
  cache.set("lamp", 2, {.tags = {"acme", "product"}});
  cache.set("user:1", 3);
  cache.invalidate(nacre::by_tags({"acme", "product"}, nacre::Match::all));
  EXPECT_TRUE(cache.has("desk"));
  EXPECT_FALSE(cache.has("lamp"));
  cache.invalidate(nacre::by_tag("product"));
  EXPECT_FALSE(cache.has("desk"));
  cache.expire(nacre::by_prefix("user:"));
  EXPECT_TRUE(cache.get<int>("user:1").is_stale());
}

TEST_F(HeaderExamples, async_cache_hpp) {
  const auto fetch_user = [](const nacre::LoadContext&,
                             const nacre::LoadCompletion<User>& completion) {
    completion.complete(nacre::Loaded<User>::value(load_user(1)));
  };
  nacre::Cache cache;
  nacre::AsyncCache async = cache.async();
  const auto greet_later = [](nacre::Outcome<nacre::Lookup<User>> user) {
    if (user) greet(user.value()->name);
  };
  async.get_or_load<User>("user:1", fetch_user, {.ttl = 60s}, greet_later);
  EXPECT_EQ(greeted, "Ada");
}

TEST_F(HeaderExamples, error_hpp) {
  nacre::Cache cache;
  try {
    cache.set("", 1);
    FAIL() << "nothing was thrown";
  } catch (const nacre::Error& error) {
    EXPECT_EQ(error.code(), nacre::Errc::invalid_key);
    EXPECT_NE(error.message().find("allowed are 1 to 1024 bytes"), std::string::npos);
  }
}

TEST_F(HeaderExamples, log_hpp) {
  std::vector<std::string> lines;
  nacre::CacheOptions cache_options;
  cache_options.log = [&lines](const nacre::LogRecord& record) {
    lines.push_back(std::string(record.event) + " " + std::string(record.message));
  };
  nacre::Cache cache(cache_options);
  EXPECT_THROW(cache.get_or_load("k", []() -> int { throw std::runtime_error("down"); }),
               nacre::Error);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), "load.failed a load failed: the loader threw: down");
}

}  // namespace
