#include "cache/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nacre/metrics.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;
using testing::HasSubstr;

TEST(Statistics, every_figure_counts_what_it_says) {
  CacheBench bench({.defaults = {.ttl = 10s,
                                 .stale_while_revalidate = 5s,
                                 .negative_ttl = 60s,
                                 .ttl_jitter = 0.0,
                                 .error_backoff = 0s},
                    .flights = {.max_flights = 1}});
  ScriptedLoader origin;
  const Cache& cache = bench.cache;
  read(cache, "k", origin);      // a miss, a load
  read(cache, "k", origin);      // a miss, joined
  read(cache, "other", origin);  // a miss, saturated
  EXPECT_EQ(cache.stats().running_loads, 1u);
  cache.remove("k");                       // an invalidation
  origin.calls[0].answer("v");             // a dropped fill
  cache.set("k", "v");                     // a write
  cache.set_negative("n");                 // a write
  read(cache, "k", origin);                // a fresh hit
  static_cast<void>(cache.get<int>("n"));  // a negative hit
  bench.advance(11s);
  read(cache, "k", origin);  // a stale hit, a refresh, a load
  origin.calls[1].fail();    // a failure
  const CacheStats stats = cache.stats();
  EXPECT_EQ(stats.misses, 3u);
  EXPECT_EQ(stats.loads, 2u);
  EXPECT_EQ(stats.joined_loads, 1u);
  EXPECT_EQ(stats.saturated, 1u);
  EXPECT_EQ(stats.invalidations, 1u);
  EXPECT_EQ(stats.dropped_fills, 1u);
  EXPECT_EQ(stats.writes, 2u);
  EXPECT_EQ(stats.fresh_hits, 1u);
  EXPECT_EQ(stats.negative_hits, 1u);
  EXPECT_EQ(stats.stale_hits, 1u);
  EXPECT_EQ(stats.refreshes, 1u);
  EXPECT_EQ(stats.load_failures, 1u);
  EXPECT_EQ(stats.running_loads, 0u);
  EXPECT_EQ(stats.hits(), 3u);
  EXPECT_DOUBLE_EQ(stats.hit_rate(), 0.5);
}

TEST(Statistics, the_hit_rate_before_the_first_read_is_zero) {
  EXPECT_DOUBLE_EQ(CacheStats().hit_rate(), 0.0);
}

TEST(Statistics, show_under_the_names_that_were_promised) {
  const auto registry = make_metrics_registry();
  {
    const Cache cache({.name = "users",
                       .clock = std::make_shared<FakeClock>(),
                       .executor = std::make_shared<test::ManualExecutor>(),
                       .metrics = registry});
    cache.set("k", 1);
    static_cast<void>(cache.get<int>("k"));
    static_cast<void>(cache.get<int>("other"));
    const std::string page = render_prometheus(*registry);
    EXPECT_THAT(page, HasSubstr("cache_hits_total{cache=\"users\",tier=\"memory\"} 1"));
    EXPECT_THAT(page, HasSubstr("cache_misses_total{cache=\"users\",tier=\"memory\"} 1"));
    EXPECT_THAT(page, HasSubstr("cache_hit_rate{cache=\"users\"} 0.5"));
    EXPECT_THAT(page, HasSubstr("cache_size{cache=\"users\",tier=\"memory\"} 1"));
    EXPECT_THAT(page, HasSubstr("cache_evictions_total{cache=\"users\",tier=\"memory\"} 0"));
    EXPECT_THAT(page, HasSubstr("cache_memory_bytes{cache=\"users\",tier=\"memory\"} "));
    EXPECT_THAT(page, HasSubstr("cache_latency_seconds_count{"));
    EXPECT_THAT(page, HasSubstr("nacre_writes_total{cache=\"users\"} 1"));
  }
  // What asks a tier goes with the cache; what was counted stays.
  const std::string page = render_prometheus(*registry);
  EXPECT_THAT(page, testing::Not(HasSubstr("cache_size{")));
  EXPECT_THAT(page, HasSubstr("nacre_writes_total{cache=\"users\"} 1"));
}

}  // namespace
}  // namespace nacre
