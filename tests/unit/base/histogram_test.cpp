#include "base/histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "base/random.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

double relative_error(Duration got, Duration wanted) {
  return std::abs(static_cast<double>((got - wanted).count())) /
         static_cast<double>(wanted.count());
}

TEST(HistogramBuckets, cover_the_range_without_gaps_in_rising_order) {
  for (std::size_t index = 0; index < histogram_buckets::count; ++index) {
    const std::uint64_t low = histogram_buckets::lower_edge_ns(index);
    const std::uint64_t high = histogram_buckets::lower_edge_ns(index + 1);
    ASSERT_LT(low, high);
    const auto at = [](std::uint64_t ns) { return Duration(static_cast<Duration::rep>(ns)); };
    EXPECT_EQ(histogram_buckets::index_of(at(low)), index);
    EXPECT_EQ(histogram_buckets::index_of(at(high - 1)), index);
  }
}

TEST(HistogramBuckets, what_is_out_of_range_counts_at_the_ends) {
  EXPECT_EQ(histogram_buckets::index_of(-1h), 0U);
  EXPECT_EQ(histogram_buckets::index_of(0ns), 0U);
  EXPECT_EQ(histogram_buckets::index_of(Duration::max()), histogram_buckets::count - 1);
  EXPECT_EQ(histogram_buckets::index_of(Duration::min()), 0U);
}

RC_GTEST_PROP(HistogramBuckets, the_middle_is_within_five_percent, ()) {
  const auto exponent = *rc::gen::inRange(0, 90'000);
  // Evenly over the decades from 100 ns to 100 s.
  const Duration length(static_cast<Duration::rep>(100.0 * std::pow(10.0, exponent / 10'000.0)));
  const Duration middle = histogram_buckets::middle_of(histogram_buckets::index_of(length));
  RC_ASSERT(relative_error(middle, length) <= 0.05);
}

TEST(Histogram, an_empty_one_is_all_zero) {
  const HistogramSnapshot snapshot = Histogram().snapshot();
  EXPECT_EQ(snapshot.count(), 0U);
  EXPECT_EQ(snapshot.sum(), 0ns);
  EXPECT_EQ(snapshot.mean(), 0ns);
  EXPECT_EQ(snapshot.quantile(0.99), 0ns);
  EXPECT_EQ(snapshot.count_up_to(1h), 0U);
}

TEST(Histogram, reports_the_quantiles_of_known_lengths) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.record(i * 1us);
  const HistogramSnapshot snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count(), 1000U);
  EXPECT_EQ(snapshot.sum(), 500'500us);
  EXPECT_EQ(snapshot.mean(), 500'500ns);
  EXPECT_LE(relative_error(snapshot.quantile(0.5), 500us), 0.05);
  EXPECT_LE(relative_error(snapshot.quantile(0.95), 950us), 0.05);
  EXPECT_LE(relative_error(snapshot.quantile(0.99), 990us), 0.05);
  EXPECT_LE(relative_error(snapshot.quantile(0.999), 999us), 0.05);
  EXPECT_LE(relative_error(snapshot.quantile(1.0), 1000us), 0.05);
  EXPECT_LE(relative_error(snapshot.quantile(0.0), 1us), 0.05);
}

TEST(Histogram, one_slow_in_a_thousand_shows_in_the_last_quantile_only) {
  Histogram histogram;
  for (int i = 0; i < 999; ++i) histogram.record(1us);
  histogram.record(1s);
  const HistogramSnapshot snapshot = histogram.snapshot();
  EXPECT_LE(relative_error(snapshot.quantile(0.999), 1us), 0.05);
  EXPECT_LE(relative_error(snapshot.quantile(0.9999), 1s), 0.05);
}

RC_GTEST_PROP(Histogram, quantiles_are_those_of_the_sorted_lengths, (std::uint64_t seed)) {
  SeededRandom random(seed);
  Histogram histogram;
  std::vector<Duration> lengths(1 + below(random, 300));
  for (Duration& length : lengths) {
    length = Duration(static_cast<Duration::rep>(100.0 * std::pow(10.0, 9 * uniform01(random))));
    histogram.record(length);
  }
  std::sort(lengths.begin(), lengths.end());
  const HistogramSnapshot snapshot = histogram.snapshot();
  for (const double quantile : {0.1, 0.5, 0.9, 0.99, 0.999}) {
    const double rank = std::ceil(quantile * static_cast<double>(lengths.size()));
    const Duration exact = lengths[static_cast<std::size_t>(rank) - 1];
    RC_ASSERT(relative_error(snapshot.quantile(quantile), exact) <= 0.05);
  }
}

RC_GTEST_PROP(Histogram, merged_counts_are_those_of_one,
              (const std::vector<std::uint32_t>& lengths)) {
  Histogram whole;
  Histogram parts[2];
  for (const std::uint32_t ns : lengths) {
    whole.record(Duration(ns));
    parts[ns % 2].record(Duration(ns));
  }
  HistogramSnapshot merged = parts[0].snapshot();
  merged.merge(parts[1].snapshot());
  const HistogramSnapshot expected = whole.snapshot();
  RC_ASSERT(merged.count() == expected.count());
  RC_ASSERT(merged.sum() == expected.sum());
  for (const Duration bound : {Duration(1us), Duration(1ms), Duration(1s), Duration(1h)}) {
    RC_ASSERT(merged.count_up_to(bound) == expected.count_up_to(bound));
  }
}

TEST(Histogram, cumulative_counts_rise_to_the_count) {
  Histogram histogram;
  for (const Duration length : {Duration(1us), Duration(1ms), Duration(1s), Duration(1000s)}) {
    histogram.record(length);
  }
  const HistogramSnapshot snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count_up_to(500ns), 0U);
  EXPECT_EQ(snapshot.count_up_to(2us), 1U);
  EXPECT_EQ(snapshot.count_up_to(2ms), 2U);
  EXPECT_EQ(snapshot.count_up_to(2s), 3U);
  EXPECT_EQ(snapshot.count_up_to(1h), 4U);
}

TEST(Histogram, loses_nothing_between_threads) {
  Histogram histogram;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&histogram] {
      for (int i = 0; i < 5000; ++i) histogram.record(i * 1us);
    });
  }
  for (int i = 0; i < 20; ++i) static_cast<void>(histogram.snapshot());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(histogram.snapshot().count(), 30'000U);
  EXPECT_EQ(histogram.snapshot().sum(), 6 * 4999 * 5000 / 2 * 1us);
}

}  // namespace
}  // namespace nacre
