#include "base/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "nacre/error.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

MetricSeries hits(std::string tier) {
  return {.name = "cache_hits_total",
          .help = "Reads answered by a tier.",
          .labels = {{"cache", "default"}, {"tier", std::move(tier)}}};
}

MetricSeries size_of_cache() {
  return {.name = "cache_size", .help = "Entries held.", .labels = {}};
}

TEST(MetricsRegistry, shows_counters_and_gauges_in_the_prometheus_format) {
  MetricsRegistry metrics;
  metrics.counter(hits("memory")).add(3);
  metrics.counter(hits("disk")).add(1);
  metrics.gauge(size_of_cache()).set(2.5);
  EXPECT_EQ(metrics.render_prometheus(),
            "# HELP cache_hits_total Reads answered by a tier.\n"
            "# TYPE cache_hits_total counter\n"
            "cache_hits_total{cache=\"default\",tier=\"disk\"} 1\n"
            "cache_hits_total{cache=\"default\",tier=\"memory\"} 3\n"
            "# HELP cache_size Entries held.\n"
            "# TYPE cache_size gauge\n"
            "cache_size 2.5\n");
}

TEST(MetricsRegistry, names_the_family_without_total_and_ends_with_eof_in_openmetrics) {
  MetricsRegistry metrics;
  metrics.counter(hits("memory")).add(3);
  EXPECT_EQ(metrics.render_openmetrics(),
            "# HELP cache_hits Reads answered by a tier.\n"
            "# TYPE cache_hits counter\n"
            "cache_hits_total{cache=\"default\",tier=\"memory\"} 3\n"
            "# EOF\n");
  EXPECT_EQ(MetricsRegistry().render_openmetrics(), "# EOF\n");
  EXPECT_EQ(MetricsRegistry().render_prometheus(), "");
}

TEST(MetricsRegistry, shows_histograms_as_cumulative_buckets_in_seconds) {
  MetricsRegistry metrics;
  Histogram& latency = metrics.histogram({.name = "cache_latency_seconds",
                                          .help = "Time to answer.",
                                          .labels = {{"operation", "get"}}});
  latency.record(2us);
  latency.record(3ms);
  latency.record(200s);
  const std::string page = metrics.render_prometheus();
  EXPECT_THAT(page, HasSubstr("# TYPE cache_latency_seconds histogram\n"));
  EXPECT_THAT(page, HasSubstr("cache_latency_seconds_bucket{operation=\"get\",le=\"1e-06\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("cache_latency_seconds_bucket{operation=\"get\",le=\"0.001\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("cache_latency_seconds_bucket{operation=\"get\",le=\"0.005\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("cache_latency_seconds_bucket{operation=\"get\",le=\"60.0\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("cache_latency_seconds_bucket{operation=\"get\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("cache_latency_seconds_sum{operation=\"get\"} 200.003002\n"));
  EXPECT_THAT(page, HasSubstr("cache_latency_seconds_count{operation=\"get\"} 3\n"));
}

TEST(MetricsRegistry, the_same_name_and_labels_are_the_same_object) {
  MetricsRegistry metrics;
  StripedCounter& first = metrics.counter(hits("memory"));
  for (int i = 0; i < 100; ++i) metrics.counter(hits("tier" + std::to_string(i)));
  EXPECT_EQ(&first, &metrics.counter(hits("memory")));
  EXPECT_NE(&first, &metrics.counter(hits("tier1")));
}

TEST(MetricsRegistry, escapes_label_values_and_help_texts) {
  MetricsRegistry metrics;
  metrics.gauge({.name = "g", .help = "a \"b\" \\ c\nd", .labels = {{"key", "q\"b\\s\nn\xFF"}}});
  const std::string line = "g{key=\"q\\\"b\\\\s\\nn\xEF\xBF\xBD\"} 0\n";
  EXPECT_EQ(metrics.render_prometheus(), "# HELP g a \"b\" \\\\ c\\nd\n# TYPE g gauge\n" + line);
  EXPECT_EQ(metrics.render_openmetrics(),
            "# HELP g a \\\"b\\\" \\\\ c\\nd\n# TYPE g gauge\n" + line + "# EOF\n");
}

TEST(MetricsRegistry, shows_what_is_no_number_as_the_formats_want_it) {
  MetricsRegistry metrics;
  Gauge& gauge = metrics.gauge(size_of_cache());
  gauge.set(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size NaN\n"));
  gauge.set(std::numeric_limits<double>::infinity());
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size +Inf\n"));
  gauge.set(-std::numeric_limits<double>::infinity());
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size -Inf\n"));
  gauge.set(10);
  gauge.add(-3);
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size 7\n"));
}

TEST(MetricsRegistry, refuses_names_and_labels_that_break_the_rules) {
  MetricsRegistry metrics;
  const auto gauge_code = [&metrics](std::string name, MetricLabels labels) {
    try {
      metrics.gauge({.name = std::move(name), .help = "x.", .labels = std::move(labels)});
    } catch (const Error& error) {
      return error.code();
    }
    return Errc::internal;
  };
  EXPECT_EQ(gauge_code("ok:name_2", {{"label_2", ""}}), Errc::internal);
  for (const char* name : {"", "Upper", "2x", "a-b", "a b", "a\n", "\xC3\xA4", "x_total"}) {
    EXPECT_EQ(gauge_code(name, {}), Errc::invalid_argument) << name;
  }
  for (const char* label : {"", "Le", "le", "__name", "a:b", "1a", "a\"b"}) {
    EXPECT_EQ(gauge_code("g", {{label, "x"}}), Errc::invalid_argument) << label;
  }
  EXPECT_EQ(gauge_code("g", {{"a", "1"}, {"a", "2"}}), Errc::invalid_argument);
  EXPECT_THROW(metrics.counter({.name = "hits", .help = "x.", .labels = {}}), Error);
  EXPECT_THROW(metrics.histogram({.name = "latency", .help = "x.", .labels = {}}), Error);
  EXPECT_THROW(metrics.gauge({.name = "g2", .help = "", .labels = {}}), Error);
}

TEST(MetricsRegistry, refuses_a_second_registration_that_does_not_fit) {
  MetricsRegistry metrics;
  metrics.gauge(size_of_cache());
  EXPECT_THROW(metrics.gauge({.name = "cache_size", .help = "Other.", .labels = {}}), Error);
  EXPECT_THROW(
      metrics.gauge({.name = "cache_size", .help = "Entries held.", .labels = {{"a", "b"}}}),
      Error);
  EXPECT_THROW(static_cast<void>(metrics.gauge_callback(size_of_cache(), [] { return 1.0; })),
               Error);
}

TEST(MetricsRegistry, further_series_than_the_limit_share_one) {
  MetricsRegistry metrics;
  for (std::size_t i = 0; i < MetricsRegistry::max_series_per_name; ++i) {
    metrics.counter(hits(std::to_string(i))).add();
  }
  EXPECT_EQ(metrics.refused_series_count(), 0U);
  metrics.counter(hits("one more")).add(5);
  metrics.counter(hits("and another")).add(6);
  metrics.counter(hits("7")).add();

  EXPECT_EQ(metrics.refused_series_count(), 2U);
  const std::string page = metrics.render_prometheus();
  EXPECT_THAT(page, HasSubstr("{cache=\"other\",tier=\"other\"} 11\n"));
  EXPECT_THAT(page, HasSubstr("{cache=\"default\",tier=\"7\"} 2\n"));
  EXPECT_THAT(page, Not(HasSubstr("one more")));
}

TEST(MetricsRegistry, reads_a_callback_for_each_page_until_its_registration_ends) {
  MetricsRegistry metrics;
  double value = 1;
  {
    const auto registration = metrics.gauge_callback(size_of_cache(), [&value] { return value; });
    EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size 1\n"));
    value = 2;
    EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size 2\n"));
  }
  EXPECT_EQ(metrics.render_prometheus(), "");
  metrics.gauge(size_of_cache()).set(9);
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size 9\n"));
}

TEST(MetricsRegistry, shows_a_counted_callback_as_a_whole_number) {
  MetricsRegistry metrics;
  const auto registration =
      metrics.counter_callback(hits("memory"), [] { return 9007199254740992.0; });
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr(" 9007199254740992\n"));
}

TEST(MetricsRegistry, a_later_callback_takes_over_and_the_earlier_end_does_not_hide_it) {
  MetricsRegistry metrics;
  auto first = std::optional(metrics.gauge_callback(size_of_cache(), [] { return 1.0; }));
  auto second = metrics.gauge_callback(size_of_cache(), [] { return 2.0; });
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size 2\n"));
  first.reset();
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size 2\n"));
  auto moved = std::move(second);
  EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size 2\n"));
  moved = MetricsRegistry::Registration();
  EXPECT_EQ(metrics.render_prometheus(), "");
}

TEST(MetricsRegistry, a_callback_may_register_and_a_registration_may_outlive_the_registry) {
  std::optional<MetricsRegistry::Registration> registration;
  {
    MetricsRegistry metrics;
    registration = metrics.gauge_callback(size_of_cache(), [&metrics] {
      metrics.counter(hits("memory")).add();
      return 0.0;
    });
    EXPECT_THAT(metrics.render_prometheus(), HasSubstr("cache_size 0\n"));
  }
  registration.reset();
}

TEST(MetricsRegistry, registers_counts_and_renders_from_many_threads) {
  MetricsRegistry metrics;
  std::atomic<bool> is_done{false};
  std::thread renderer([&] {
    while (!is_done) static_cast<void>(metrics.render_prometheus());
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&metrics, t] {
      for (int i = 0; i < 200; ++i) {
        metrics.counter(hits(std::to_string(i % 10))).add();
        const double own = i;
        const auto registration = metrics.gauge_callback(
            {.name = "live", .help = "x.", .labels = {{"t", std::to_string(t)}}},
            [&own] { return own; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  is_done = true;
  renderer.join();
  std::uint64_t sum = 0;
  for (int i = 0; i < 10; ++i) sum += metrics.counter(hits(std::to_string(i))).sum();
  EXPECT_EQ(sum, 600U);
}

}  // namespace
}  // namespace nacre
