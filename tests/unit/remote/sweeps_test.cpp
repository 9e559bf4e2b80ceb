// Sweeps: what they mean is gone, what they do not mean stays, and loads that began before end.
#include <gtest/gtest.h>

#include "remote/names.hpp"
#include "support/redis_ground.hpp"
#include "unit/remote/remote_process.hpp"

namespace nacre::remote {
namespace {

using namespace std::chrono_literals;

class SweepsTest : public testing::TestWithParam<test::RedisKind> {
 protected:
  ProcessTerms terms() {
    ProcessTerms terms{.ground = &ground_};
    terms.options.io_threads_count = 1;
    return terms;
  }

  test::RedisGround& ground_ = test::RedisGround::of(GetParam());
  RemoteProcess one_{terms()};
  RemoteProcess two_{terms()};
};

TEST_P(SweepsTest, removes_by_prefix_over_many_pages) {
  for (int index = 0; index < 1500; ++index) {
    ground_.ask({"SET", "app:user:" + std::to_string(index), "plain"});
  }
  one_.load("item:1");
  EXPECT_TRUE(two_.sweep({.literal_prefix = "user:", .matches = [](std::string_view key, auto) {
                            return key.starts_with("user:");
                          }}));
  EXPECT_EQ(one_.find_text("user:77"), "absent");
  EXPECT_EQ(one_.find_text("item:1"), "v");
  // The value, and the mark of the namespace.
  EXPECT_EQ(ground_.key_count(), 2);
}

TEST_P(SweepsTest, expires_what_a_pattern_means_and_takes_glob_characters_literally) {
  const std::vector<std::string> keys{"a*[x]\\1", "a*[x]\\2", "ab[x]\\1", "a*x\\1"};
  for (const std::string& key : keys) one_.load(key, {.stale_if_error = 60s});
  EXPECT_TRUE(one_.sweep({.literal_prefix = "a*[x]\\",
                          .matches = [](std::string_view key, auto) { return key.ends_with('1'); },
                          .severity = Severity::expire}));
  EXPECT_EQ(two_.freshness(keys[0]), Freshness::on_error);
  for (std::size_t index = 1; index < keys.size(); ++index) {
    EXPECT_EQ(two_.freshness(keys[index]), Freshness::fresh) << keys[index];
  }
}

TEST_P(SweepsTest, looks_at_tags) {
  one_.load("both", {.tags = {"a", "b"}});
  one_.load("one", {.tags = {"a"}});
  one_.load("none");
  const auto has_both = [](std::string_view, std::span<const std::string> tags) {
    return tags.size() == 2;
  };
  ClaimReply running = one_.claim("running");
  EXPECT_TRUE(two_.sweep({.looks_at_tags = true, .matches = has_both}));
  EXPECT_EQ(one_.find_text("both"), "absent");
  EXPECT_EQ(one_.find_text("one"), "v");
  EXPECT_EQ(one_.find_text("none"), "v");
  // Nobody knows which tags it will have.
  EXPECT_EQ(one_.fill(*running.claim).reply, StoreReply::outdated);
}

TEST_P(SweepsTest, leaves_other_namespaces_and_marks_alone) {
  ground_.ask({"SET", "app2:k", "theirs"});
  ground_.ask({"SET", "ap:k", "theirs"});
  ground_.ask({"SET", lease_name("app2", "k"), "theirs"});
  one_.load("k", {.tags = {"t"}});
  EXPECT_TRUE(
      one_.sweep({.matches = [](std::string_view, std::span<const std::string>) { return true; }}));
  EXPECT_EQ(ground_.ask({"EXISTS", "app:k"}).number, 0);
  EXPECT_EQ(ground_
                .ask({"EXISTS", "app2:k", "ap:k", lease_name("app2", "k"),
                      tag_mark_name("app", "t"), space_mark_name("app")})
                .number,
            5);
}

INSTANTIATE_TEST_SUITE_P(Redis, SweepsTest,
                         testing::ValuesIn(test::all_redis_kinds, test::all_redis_kinds + 2),
                         test::name_of_kind);

}  // namespace
}  // namespace nacre::remote
