#include "nacre/caches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "nacre/error.hpp"
#include "nacre/fake_clock.hpp"
#include "unit/assembly/settings_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using assembly::from_file;

template <class F>
std::string message_of(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.message();
  }
  return "(nothing thrown)";
}

// How long a value stored under `key` now is fresh.
Duration ttl_of(const Cache& cache, std::string_view key) {
  cache.set(key, 1);
  return cache.inspect(key)->provenance.remaining;
}

class CachesTest : public ::testing::Test {
 protected:
  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  CacheEnvironment environment_{.clock = clock_};
};

TEST_F(CachesTest, the_default_cache_is_always_there) {
  const Caches caches;
  EXPECT_THAT(caches.names(), ElementsAre("default"));
  EXPECT_EQ(caches.cache().namespace_name(), "app");
}

TEST_F(CachesTest, each_cache_has_its_namespace_options_and_rules) {
  const Caches caches(from_file(R"(
[cache]
ttl = 10
ttl_jitter = 0
[[cache.rule]]
prefix = "short:"
ttl = 1
[caches.sessions]
ttl = 20
[[caches.sessions.rule]]
prefix = "short:"
ttl = 2
[caches.pages]
namespace = "p"
)"),
                      environment_);
  EXPECT_THAT(caches.names(), ElementsAre("default", "pages", "sessions"));
  EXPECT_EQ(ttl_of(caches.cache(), "k"), Duration(10s));
  EXPECT_EQ(ttl_of(caches.cache(), "short:k"), Duration(1s));
  EXPECT_EQ(ttl_of(caches.cache("sessions"), "k"), Duration(20s));
  EXPECT_EQ(ttl_of(caches.cache("sessions"), "short:k"), Duration(2s));
  EXPECT_EQ(ttl_of(caches.cache("pages"), "short:k"), Duration(10s));
  EXPECT_EQ(caches.cache("pages").namespace_name(), "p");
}

TEST_F(CachesTest, caches_do_not_see_each_others_keys) {
  const Caches caches(from_file("[caches.sessions]\n[caches.own.memory]\n"), environment_);
  caches.cache().set("k", 1);
  EXPECT_FALSE(caches.cache("sessions").has("k"));
  EXPECT_FALSE(caches.cache("own").has("k"));
  caches.cache("sessions").set("k", 2);
  caches.cache("sessions").clear();
  EXPECT_TRUE(caches.cache().has("k"));
}

TEST_F(CachesTest, memory_is_shared_unless_a_cache_has_its_own) {
  const Caches caches(from_file("[memory]\nmax_bytes = \"64MiB\"\n[caches.sessions]\n"
                                "[caches.own.memory]\nmax_bytes = \"32MiB\"\n"),
                      environment_);
  caches.cache().set("k", 1);
  EXPECT_EQ(caches.cache("sessions").stats().entries, 1u);
  EXPECT_EQ(caches.cache("sessions").stats().max_bytes, std::uint64_t{64} << 20);
  EXPECT_EQ(caches.cache("own").stats().entries, 0u);
  EXPECT_EQ(caches.cache("own").stats().max_bytes, std::uint64_t{32} << 20);
}

TEST_F(CachesTest, an_unknown_name_is_answered_with_the_known_ones) {
  const Caches caches(from_file("[caches.sessions]\n"), environment_);
  EXPECT_EQ(message_of([&] { caches.cache("session"); }),
            "unknown cache; did you mean \"sessions\"?; known are default, sessions");
}

TEST_F(CachesTest, a_cache_can_be_added_once) {
  Caches caches({}, environment_);
  caches.add("mine", {.defaults = {.ttl = 5s, .ttl_jitter = 0.0}});
  EXPECT_EQ(ttl_of(caches.cache("mine"), "k"), Duration(5s));
  EXPECT_THAT(message_of([&] { caches.add("mine", {}); }),
              HasSubstr("there is a cache named mine already"));
  EXPECT_THAT(message_of([&] { caches.add("Mine", {}); }), HasSubstr("name"));
  EXPECT_THAT(caches.names(), ElementsAre("default", "mine"));
}

TEST_F(CachesTest, a_factory_is_called_when_its_cache_is_first_asked_for_and_then_no_more) {
  Caches caches({}, environment_);
  int call_count = 0;
  caches.add_async("late", [&](const Caches::Completion& done) {
    ++call_count;
    done(CacheOptions{.defaults = {.ttl = 7s, .ttl_jitter = 0.0}});
  });
  EXPECT_EQ(call_count, 0);
  EXPECT_EQ(ttl_of(caches.cache("late"), "k"), Duration(7s));
  EXPECT_TRUE(caches.cache("late").has("k"));
  EXPECT_EQ(call_count, 1);
}

TEST_F(CachesTest, all_who_ask_while_a_factory_runs_get_the_same_cache) {
  Caches caches({}, environment_);
  Caches::Completion complete;
  int call_count = 0;
  caches.add_async("late", [&](Caches::Completion done) {
    ++call_count;
    complete = std::move(done);
  });
  std::vector<Cache> found;
  for (int index = 0; index < 3; ++index) {
    caches.find("late", [&](Outcome<Cache> cache) { found.push_back(cache.value()); });
  }
  EXPECT_TRUE(found.empty());
  complete(CacheOptions{});
  complete(CacheOptions{});  // a factory that calls twice changes nothing
  ASSERT_EQ(found.size(), 3u);
  found[0].set("k", 1);
  EXPECT_TRUE(found[2].has("k"));
  EXPECT_EQ(call_count, 1);
}

TEST_F(CachesTest, threads_that_ask_at_once_wait_for_one_factory) {
  Caches caches({}, environment_);
  std::atomic<int> call_count = 0;
  std::thread completer;
  caches.add_async("late", [&](Caches::Completion done) {
    ++call_count;
    completer = std::thread([done = std::move(done)] { done(CacheOptions{}); });
  });
  std::vector<std::thread> askers;
  for (int index = 0; index < 8; ++index) {
    askers.emplace_back([&] { caches.cache("late").set("k", 1); });
  }
  for (std::thread& asker : askers) asker.join();
  completer.join();
  EXPECT_EQ(call_count, 1);
}

TEST_F(CachesTest, a_factory_that_fails_is_asked_again) {
  Caches caches({}, environment_);
  int call_count = 0;
  caches.add_async("late", [&](const Caches::Completion& done) {
    if (++call_count == 1) throw std::runtime_error("no vault");
    if (call_count == 2) return done(Error(Errc::load_failed, "still none"));
    done(CacheOptions{});
  });
  EXPECT_EQ(message_of([&] { caches.cache("late"); }),
            "the factory of cache late failed: no vault");
  EXPECT_EQ(message_of([&] { caches.cache("late"); }), "still none");
  EXPECT_EQ(message_of([&] { caches.cache("late"); }), "(nothing thrown)");
}

TEST_F(CachesTest, a_factory_cannot_wait_for_itself) {
  Caches caches({}, environment_);
  caches.add_async("late", [&](const Caches::Completion& done) {
    caches.cache("late");
    done(CacheOptions{});
  });
  EXPECT_EQ(message_of([&] { caches.cache("late"); }),
            "the factory of cache late asks for that cache itself");
}

TEST_F(CachesTest, options_and_rules_change_for_what_is_stored_from_then_on) {
  Caches caches(from_file("[cache]\nttl = 10\nttl_jitter = 0\n[caches.a]\n"), environment_);
  const Cache before = caches.cache("a");
  caches.reconfigure(
      from_file("[cache]\nttl = 20\nttl_jitter = 0\n[caches.a]\n"
                "[[caches.a.rule]]\nprefix = \"r:\"\nttl = 3\n"));
  EXPECT_EQ(ttl_of(caches.cache(), "k"), Duration(20s));
  EXPECT_EQ(ttl_of(before, "k"), Duration(20s));
  EXPECT_EQ(ttl_of(before, "r:k"), Duration(3s));
}

TEST_F(CachesTest, a_change_that_needs_a_restart_changes_nothing) {
  Caches caches(from_file("[cache]\nttl = 10\nttl_jitter = 0\n"), environment_);
  EXPECT_EQ(message_of([&] {
              caches.reconfigure(from_file("[cache]\nttl = 20\n[memory]\nmax_bytes = \"1GiB\"\n"));
            }),
            "these settings take effect only at start: memory.max_bytes");
  EXPECT_EQ(ttl_of(caches.cache(), "k"), Duration(10s));
}

TEST_F(CachesTest, an_option_out_of_range_changes_nothing) {
  Caches caches(from_file("[cache]\nttl = 10\nttl_jitter = 0\n[caches.z]\n"), environment_);
  Settings wanted = from_file("[cache]\nttl = 20\nttl_jitter = 0\n[caches.z]\n");
  wanted.caches.at(0).defaults.ttl = Duration(0);
  EXPECT_THAT(message_of([&] { caches.reconfigure(wanted); }), HasSubstr("ttl is out of range"));
  EXPECT_EQ(ttl_of(caches.cache(), "k"), Duration(10s));
}

TEST_F(CachesTest, shutdown_stops_all_and_a_cache_outlives_them) {
  std::optional<Cache> kept;
  {
    Caches caches(from_file("[caches.own.memory]\n"), environment_);
    kept = caches.cache("own");
    EXPECT_TRUE(caches.shutdown(1s));
  }
  kept->set("k", 1);
  EXPECT_TRUE(kept->has("k"));
}

}  // namespace
}  // namespace nacre
