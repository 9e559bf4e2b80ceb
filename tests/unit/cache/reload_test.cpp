// Options::reload: a load that begins now, while the old value is served.
#include <gtest/gtest.h>

#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

const Options reload{.reload = true};

TEST(Reload, loads_though_there_is_a_fresh_value_and_keeps_that_until_the_new_one_is_there) {
  CacheBench bench;
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  const auto answer = read(bench.cache, "k", origin, reload);
  ASSERT_EQ(origin.calls.size(), 1u);
  EXPECT_EQ(*bench.cache.get<std::string>("k"), "old");
  origin.calls[0].answer("new");
  EXPECT_TRUE(answer->is_value("new"));
  EXPECT_EQ(*bench.cache.get<std::string>("k"), "new");
}

TEST(Reload, that_fails_leaves_the_old_value_to_others) {
  CacheBench bench;
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  const auto answer = read(bench.cache, "k", origin, reload);
  origin.calls.at(0).fail();
  EXPECT_TRUE(answer->is_error(Errc::load_failed));
  EXPECT_TRUE(bench.cache.get<std::string>("k").is_fresh());
}

TEST(Reload, P5_waits_for_the_load_that_runs_and_then_for_one_that_began_later) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto plain = read(bench.cache, "k", origin);
  const auto reloaded = read(bench.cache, "k", origin, reload);
  ASSERT_EQ(origin.calls.size(), 1u) << "at most one load of a key runs";
  origin.calls[0].answer("before");
  EXPECT_TRUE(plain->is_value("before"));
  ASSERT_EQ(origin.calls.size(), 2u);
  origin.calls[1].answer("after");
  EXPECT_TRUE(reloaded->is_value("after"));
  EXPECT_EQ(*bench.cache.get<std::string>("k"), "after");
}

TEST(Reload, after_another_reload_loads_once_more_though_memory_has_what_that_brought) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto first = read(bench.cache, "k", origin, reload);
  const auto second = read(bench.cache, "k", origin, reload);
  const auto third = read(bench.cache, "k", origin, reload);
  origin.calls.at(0).answer("one");
  EXPECT_TRUE(first->is_value("one"));
  ASSERT_EQ(origin.calls.size(), 2u);
  origin.calls[1].answer("two");
  EXPECT_TRUE(second->is_value("two"));
  EXPECT_TRUE(third->is_value("two")) << "it began after both had asked";
  EXPECT_EQ(origin.calls.size(), 2u);
}

TEST(Reload, asks_the_origin_and_no_farther_tier) {
  CacheBench bench({.has_far_tier = true});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  const auto answer = read(bench.cache, "k", origin, reload);
  ASSERT_EQ(origin.calls.size(), 1u);
  origin.calls[0].answer("new");
  EXPECT_TRUE(answer->is_value("new"));
}

TEST(Reload, shows_the_loader_the_old_value) {
  CacheBench bench;
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  const auto answer = read(bench.cache, "k", origin, reload);
  EXPECT_TRUE(origin.calls.at(0).context.previous);
  origin.calls[0].completion.complete(Loaded<std::string>::not_modified());
  EXPECT_TRUE(answer->is_value("old"));
}

TEST(Reload, is_no_option_of_a_cache_or_a_rule) {
  CacheBench bench;
  const auto field_of = [&](const Options& defaults, const std::vector<PrefixRule>& rules) {
    try {
      bench.cache.set_defaults(defaults, rules);
    } catch (const Error& error) {
      return error.details().front().second;
    }
    return std::string();
  };
  EXPECT_EQ(field_of(reload, {}), "reload");
  EXPECT_EQ(field_of({}, {{"k", reload}}), "reload");
}

}  // namespace
}  // namespace nacre
