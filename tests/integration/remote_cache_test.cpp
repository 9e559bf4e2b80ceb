// Whole caches over a real Redis, each playing a process: what the fleet of them promises.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "nacre/async_cache.hpp"
#include "nacre/cache.hpp"
#include "support/await.hpp"
#include "support/redis_server.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::await;

class RemoteCache : public testing::Test {
 protected:
  // A busy machine must not make a tier_timeout expire where none is meant to.
  CacheOptions options(Duration tier_timeout = 30s) const {
    CacheOptions options;
    options.defaults = {.ttl = 1h, .ttl_jitter = 0.0, .tier_timeout = tier_timeout};
    options.remote = RemoteOptions{.url = server_.url()};
    return options;
  }

  static TierStatus remote_of(const Cache& cache) { return cache.tiers().at(1); }

  static void await_up(const Cache& cache) {
    await("the remote to be up", [&] { return remote_of(cache).state == TierState::up; });
  }

  Cache connected(Duration tier_timeout = 30s) const {
    Cache cache(options(tier_timeout));
    await_up(cache);
    return cache;
  }

  static std::string text_of(const Cache& cache, std::string_view key) {
    const auto found = cache.get<std::string>(key);
    return found ? *found : "";
  }

  test::RedisServer server_;
};

TEST_F(RemoteCache, what_one_has_written_another_reads) {
  const Cache first = connected();
  const Cache second = connected();
  first.set("k", "v", {.tags = {"red"}});
  const auto found = second.get<std::string>("k");
  ASSERT_TRUE(found.is_fresh());
  EXPECT_EQ(*found, "v");
  EXPECT_EQ(found.provenance()->tier, TierKind::remote);
  EXPECT_EQ(second.get<std::string>("k").provenance()->tier, TierKind::memory);
}

TEST_F(RemoteCache, P5_many_readers_of_two_processes_make_one_load) {
  const std::vector<Cache> caches = {connected(), connected()};
  std::atomic<int> loads = 0;
  std::vector<std::thread> readers;
  for (int index = 0; index < 16; ++index) {
    readers.emplace_back([&caches, &loads, index] {
      const auto found = caches[static_cast<std::size_t>(index % 2)].get_or_load("k", [&loads] {
        ++loads;
        return std::string("v");
      });
      EXPECT_EQ(*found, "v");
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(loads, 1);
}

TEST_F(RemoteCache, P4_near_copies_go_when_another_changes_them) {
  const Cache first = connected();
  const Cache second = connected();
  const auto prepare = [&] {
    first.set("k", "old", {.tags = {"red"}});
    await("the copy", [&] { return text_of(second, "k") == "old"; });
  };
  prepare();
  first.set("k", "new");
  await("the new value", [&] { return text_of(second, "k") == "new"; });
  const auto vanishes = [&](const auto& invalidate) {
    prepare();
    invalidate();
    EXPECT_EQ(text_of(first, "k"), "");
    await("the copy to go", [&] { return second.get<std::string>("k").is_miss(); });
  };
  vanishes([&] { first.invalidate(by_key("k")); });
  vanishes([&] { first.invalidate(by_tag("red")); });
  vanishes([&] { first.invalidate(by_prefix("k")); });
  vanishes([&] { first.clear(); });
}

TEST_F(RemoteCache, P1_a_load_that_another_process_has_invalidated_is_not_kept) {
  const Cache first = connected();
  const Cache second = connected();
  std::optional<LoadCompletion<std::string>> completion;
  std::atomic<bool> has_begun = false;
  std::atomic<bool> has_ended = false;
  first.async().get_or_load<std::string>(
      "k",
      [&](const LoadContext&, LoadCompletion<std::string> done) {
        completion.emplace(std::move(done));
        has_begun = true;
      },
      {}, [&](const auto&) { has_ended = true; });
  await("the load", [&] { return has_begun.load(); });
  second.invalidate(by_key("k"));
  completion->complete(Loaded<std::string>::value("old"));
  await("the answer", [&] { return has_ended.load(); });
  EXPECT_EQ(text_of(first, "k"), "");
  EXPECT_EQ(text_of(second, "k"), "");
}

TEST_F(RemoteCache, P7_without_the_server_the_cache_works_and_repeats_what_was_changed) {
  const Cache cache = connected(100ms);
  // A write that carries no mark, for want of ever having seen it, is worth nothing later.
  cache.set("before", "v");
  await("a write with its mark", [&] { return remote_of(cache).pending_count == 0; });
  await("the same", [&, reader = connected()] { return text_of(reader, "before") == "v"; });
  server_.pause();
  await("the cut", [&] { return remote_of(cache).state == TierState::down; });
  cache.set("k", "written alone");
  EXPECT_EQ(text_of(cache, "k"), "written alone");
  EXPECT_EQ(*cache.get_or_load("loaded", [] { return std::string("alone"); }), "alone");
  server_.go_on();
  await("what was kept to be repeated", [&] {
    return remote_of(cache).state == TierState::up && remote_of(cache).pending_count == 0;
  });
  const Cache other = connected();
  EXPECT_EQ(text_of(other, "k"), "written alone");
}

TEST_F(RemoteCache, a_cache_begins_without_the_server) {
  server_.kill_now();
  const Cache cache(options(100ms));
  EXPECT_EQ(remote_of(cache).state, TierState::down);
  cache.set("k", "v");
  EXPECT_EQ(text_of(cache, "k"), "v");
  server_.restart();
  await_up(cache);
}

TEST_F(RemoteCache, the_last_face_goes_inside_a_callback_of_the_tier) {
  auto cache = std::make_unique<Cache>(connected());
  std::atomic<bool> has_gone = false;
  auto owned = std::make_shared<std::optional<AsyncCache>>(*cache);
  cache.reset();
  (*owned)->get<std::string>("k", [owned, &has_gone](const auto&) {
    owned->reset();
    has_gone = true;
  });
  await("the callback", [&] { return has_gone.load(); });
}

TEST_F(RemoteCache, options_out_of_range_are_refused_by_name) {
  const auto field_of = [](RemoteOptions remote) {
    CacheOptions options;
    options.remote = std::move(remote);
    try {
      const Cache cache(std::move(options));
    } catch (const Error& error) {
      EXPECT_EQ(error.message().find("hidden"), std::string::npos) << error.message();
      return error.details().at(0).second;
    }
    return std::string();
  };
  EXPECT_EQ(field_of({}), "remote.url");
  EXPECT_EQ(field_of({.url = "http://u:hidden@h"}), "remote.url");
  EXPECT_EQ(field_of({.url = "redis://h", .lease = 1ms}), "remote.lease");
  EXPECT_EQ(field_of({.url = "redis://h", .password = "hidden", .password_file = "x"}),
            "remote.password_file");
}

}  // namespace
}  // namespace nacre
