// The everyday calls, on a clock that the test moves.
#include "nacre/cache.hpp"

#include <gtest/gtest.h>

#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

struct Point {
  int x = 0;
  int y = 0;
};

template <class F>
Errc code_of(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Errc::internal;
}

TEST(Cache, hands_out_the_very_object_that_was_stored) {
  CacheBench bench;
  bench.cache.set("point", Point{1, 2});
  const auto first = bench.cache.get<Point>("point");
  const auto second = bench.cache.get<Point>("point");
  ASSERT_TRUE(first.is_fresh());
  EXPECT_EQ(first->y, 2);
  EXPECT_EQ(first.value().get(), second.value().get());
}

TEST(Cache, a_handle_keeps_its_object_after_the_entry_has_gone) {
  CacheBench bench;
  bench.cache.set("k", "v");
  const Handle<std::string> handle = bench.cache.get<std::string>("k").value();
  bench.cache.remove("k");
  EXPECT_EQ(*handle, "v");
}

TEST(Cache, bytes_are_decoded_once_and_the_object_is_kept) {
  CacheBench bench;
  bench.cache.set_value("k", Value::from_bytes("text", Format::text));
  const auto first = bench.cache.get<std::string>("k");
  EXPECT_EQ(*first, "text");
  EXPECT_EQ(first.value().get(), bench.cache.get<std::string>("k").value().get());
  EXPECT_TRUE(bench.cache.inspect("k")->is_live_object);
}

TEST(Cache, miss_negative_fresh_and_stale_are_four_types) {
  CacheBench bench({.defaults = {.ttl = 10s, .negative_ttl = 10s, .ttl_jitter = 0.0}});
  const auto kind_of = [&bench](std::string_view key) {
    return bench.cache.get<std::string>(key).match(
        [](const Fresh<std::string>&) { return "fresh"; },
        [](const Stale<std::string>&) { return "stale"; },
        [](const Negative&) { return "negative"; }, [](const Miss&) { return "miss"; });
  };
  bench.cache.set("value", "v");
  bench.cache.set_negative("absent");
  EXPECT_STREQ(kind_of("value"), "fresh");
  EXPECT_STREQ(kind_of("absent"), "negative");
  EXPECT_STREQ(kind_of("unknown"), "miss");
  bench.advance(11s);
  EXPECT_STREQ(kind_of("value"), "stale");
  EXPECT_STREQ(kind_of("absent"), "miss");
}

TEST(Cache, zero_false_and_empty_are_ordinary_values) {
  CacheBench bench;
  bench.cache.set("empty", "");
  bench.cache.set("zero", Point{});
  EXPECT_TRUE(bench.cache.get<std::string>("empty").is_fresh());
  EXPECT_TRUE(bench.cache.get<Point>("zero").is_fresh());
}

TEST(Cache, reading_a_value_of_a_miss_says_key_not_found) {
  CacheBench bench;
  const auto miss = bench.cache.get<std::string>("k");
  EXPECT_EQ(code_of([&] { static_cast<void>(*miss); }), Errc::key_not_found);
}

TEST(Cache, P3_reads_what_it_wrote_whatever_load_runs) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto reader = read(bench.cache, "k", origin);
  bench.cache.set("k", "written");
  origin.calls[0].answer("loaded before");
  EXPECT_TRUE(reader->is_value("loaded before")) << "its read began before the write";
  EXPECT_EQ(*bench.cache.get<std::string>("k"), "written");
  EXPECT_EQ(bench.cache.stats().dropped_fills, 1u);
}

TEST(Cache, tells_where_and_how_old) {
  CacheBench bench;
  bench.cache.set("k", "v", {.ttl = 30s});
  bench.advance(10s);
  const auto hit = bench.cache.get<std::string>("k");
  ASSERT_NE(hit.provenance(), nullptr);
  EXPECT_EQ(hit.provenance()->tier, TierKind::memory);
  EXPECT_EQ(hit.provenance()->age, 10s);
  EXPECT_EQ(hit.provenance()->remaining, 20s);
  EXPECT_EQ(bench.cache.get<std::string>("other").provenance(), nullptr);
}

TEST(Cache, get_many_answers_in_order) {
  CacheBench bench;
  bench.cache.set_many<std::string>({{.key = "a", .value = "1"}, {.key = "c", .value = "3"}});
  const std::string_view keys[] = {"c", "b", "a"};
  const auto found = bench.cache.get_many<std::string>(keys);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(*found[0], "3");
  EXPECT_TRUE(found[1].is_miss());
  EXPECT_EQ(*found[2], "1");
}

TEST(Cache, set_many_stores_nothing_when_one_item_is_wrong) {
  CacheBench bench;
  EXPECT_EQ(
      code_of([&] {
        bench.cache.set_many<std::string>({{.key = "a", .value = "1"}, {.key = "", .value = "2"}});
      }),
      Errc::invalid_key);
  EXPECT_FALSE(bench.cache.has("a"));
}

TEST(Cache, more_than_ten_thousand_keys_at_once_are_refused) {
  CacheBench bench;
  const std::vector<std::string_view> keys(10'001, "k");
  EXPECT_EQ(code_of([&] { bench.cache.get_many<std::string>(keys); }), Errc::invalid_argument);
}

TEST(Cache, namespaces_do_not_see_each_other) {
  CacheBench bench;
  const Cache other = bench.cache.in_namespace("other");
  bench.cache.set("k", "mine", {.tags = {"t"}});
  other.set("k", "yours", {.tags = {"t"}});
  bench.cache.invalidate(by_tag("t"));
  EXPECT_FALSE(bench.cache.has("k"));
  EXPECT_EQ(*other.get<std::string>("k"), "yours");
  EXPECT_EQ(bench.cache.namespace_names(), (std::vector<std::string>{"app", "other"}));
}

TEST(Cache, a_namespace_with_a_forbidden_character_is_refused) {
  CacheBench bench;
  for (const char* name : {"", "a:b", "a*", "a?", "a[", "a]", "a{", "a}", "a\\b", "a\nb"}) {
    EXPECT_EQ(code_of([&] { bench.cache.in_namespace(name); }), Errc::invalid_namespace) << name;
  }
}

TEST(Cache, bad_keys_are_refused_everywhere) {
  CacheBench bench;
  const std::string too_long(1025, 'k');
  for (const std::string& key :
       {std::string(), too_long, std::string("a\nb"), std::string("a\0b", 3), std::string("\xff"),
        std::string("~reserved"), std::string("\xc3")}) {
    const Cache& cache = bench.cache;
    EXPECT_EQ(code_of([&] { cache.get<std::string>(key); }), Errc::invalid_key);
    EXPECT_EQ(code_of([&] { cache.get_or_load(key, [] { return std::string(); }); }),
              Errc::invalid_key);
    EXPECT_EQ(code_of([&] { cache.set(key, "v"); }), Errc::invalid_key);
    EXPECT_EQ(code_of([&] { cache.remove(key); }), Errc::invalid_key);
    EXPECT_EQ(code_of([&] { cache.has(key); }), Errc::invalid_key);
    EXPECT_EQ(code_of([&] { cache.inspect(key); }), Errc::invalid_key);
    EXPECT_EQ(code_of([&] { cache.extend(key, 1s); }), Errc::invalid_key);
    EXPECT_EQ(code_of([&] { cache.invalidate(by_key(key)); }), Errc::invalid_key);
    EXPECT_EQ(code_of([&] { cache.expire(by_key(key)); }), Errc::invalid_key);
  }
  bench.cache.set(std::string(1024, 'k'), "v");
  EXPECT_TRUE(bench.cache.has(std::string(1024, 'k')));
}

TEST(Cache, a_value_above_the_limit_is_refused_on_write_and_not_kept_on_load) {
  CacheBench bench({.max_value_bytes = 1024});
  EXPECT_EQ(code_of([&] { bench.cache.set("k", std::string(2000, 'x')); }), Errc::value_too_large);
  ScriptedLoader origin;
  const auto answer = read(bench.cache, "k", origin);
  origin.calls[0].answer(std::string(2000, 'x'));
  EXPECT_TRUE(answer->is_value(std::string(2000, 'x')));
  EXPECT_FALSE(bench.cache.has("k"));
}

TEST(Cache, inspection_shows_times_tags_and_size) {
  CacheBench bench;
  bench.cache.set("k", "hello", {.ttl = 10s, .stale_if_error = 50s, .tags = {"red", "blue"}});
  bench.advance(4s);
  const auto seen = bench.cache.inspect("k");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->state, EntryState::fresh);
  EXPECT_EQ(seen->provenance.remaining, 6s);
  EXPECT_EQ(seen->stale_remaining, 56s);
  EXPECT_EQ(seen->tags, (std::vector<std::string>{"red", "blue"}));
  EXPECT_GE(seen->payload_bytes, 5u);
  EXPECT_EQ(bench.cache.inspect("other"), std::nullopt);
}

TEST(Cache, extend_makes_an_entry_fresh_again) {
  CacheBench bench;
  bench.cache.set("k", "v", {.ttl = 10s});
  bench.advance(11s);
  EXPECT_TRUE(bench.cache.get<std::string>("k").is_stale());
  EXPECT_TRUE(bench.cache.extend("k", 20s));
  EXPECT_EQ(bench.cache.get<std::string>("k").provenance()->remaining, 20s);
  EXPECT_FALSE(bench.cache.extend("other", 20s));
}

TEST(Cache, counts_what_happened) {
  CacheBench bench({.defaults = {.ttl = 10s, .negative_ttl = 5s, .ttl_jitter = 0.0}});
  bench.cache.set("k", "v");
  bench.cache.set_negative("n");
  bench.cache.get<std::string>("k");
  bench.cache.get<std::string>("n");
  bench.cache.get<std::string>("x");
  bench.advance(11s);
  bench.cache.get<std::string>("k");
  const CacheStats stats = bench.cache.stats();
  EXPECT_EQ(stats.fresh_hits, 1u);
  EXPECT_EQ(stats.negative_hits, 1u);
  EXPECT_EQ(stats.stale_hits, 1u);
  EXPECT_EQ(stats.misses, 1u);
  EXPECT_EQ(stats.writes, 2u);
  EXPECT_DOUBLE_EQ(stats.hit_rate(), 0.75);
}

TEST(Cache, after_shutdown_nothing_is_loaded_but_memory_answers) {
  CacheBench bench;
  bench.cache.set("k", "v");
  bench.cache.shutdown(0s);
  ScriptedLoader origin;
  EXPECT_TRUE(read(bench.cache, "other", origin)->is_error(Errc::load_failed));
  EXPECT_TRUE(bench.cache.has("k"));
}

TEST(Cache, shutdown_asks_running_loads_to_stop_and_says_when_one_does_not) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto waiting = read(bench.cache, "k", origin);
  EXPECT_EQ(code_of([&] { bench.cache.shutdown(0s); }), Errc::shutdown_timeout);
  EXPECT_TRUE(origin.calls[0].context.stop.stop_requested());
  origin.calls[0].fail("stopped");
  bench.cache.shutdown(0s);
  EXPECT_TRUE(waiting->is_error(Errc::load_failed));
}

TEST(Cache, set_defaults_refuses_a_wrong_option_and_keeps_the_old_ones) {
  CacheBench bench;
  EXPECT_EQ(code_of([&] { bench.cache.set_defaults({.ttl = 0s}, {}); }), Errc::invalid_argument);
  bench.cache.set_defaults({.ttl = 5s, .ttl_jitter = 0.0}, {});
  bench.cache.set("k", "v");
  EXPECT_EQ(bench.cache.get<std::string>("k").provenance()->remaining, 5s);
}

}  // namespace
}  // namespace nacre
