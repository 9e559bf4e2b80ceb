// How long things take: counts by length in buckets so narrow that any quantile can be read.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/stripe.hpp"
#include "nacre/clock.hpp"

namespace nacre {

/// The buckets: 16 of equal width in each power of two of nanoseconds, from 64 ns to 137 s.
/// A bucket is at most 1/16 of its lower edge wide, so its middle is within 3.2 % of all in it.
namespace histogram_buckets {

inline constexpr unsigned sub_bits = 4;       // 16 buckets in a power of two
inline constexpr unsigned min_exponent = 6;   // 64 ns: shorter counts as in the first bucket
inline constexpr unsigned max_exponent = 37;  // 137 s: longer counts as in the last bucket
inline constexpr std::size_t count = std::size_t{max_exponent - min_exponent} << sub_bits;

/// The bucket of a length of time. Negative counts as zero. No branch that depends on the length
/// but the two limits.
std::size_t index_of(Duration length) noexcept;

/// The first length that belongs to the bucket, in nanoseconds.
std::uint64_t lower_edge_ns(std::size_t index) noexcept;

/// The middle of the bucket: what quantiles report.
Duration middle_of(std::size_t index) noexcept;

}  // namespace histogram_buckets

/// The counts of a Histogram at one time. A value: copy, merge and ask it at leisure.
class HistogramSnapshot {
 public:
  HistogramSnapshot();

  std::uint64_t count() const noexcept { return count_; }

  /// The sum of all lengths, exact (not by buckets).
  Duration sum() const noexcept { return sum_; }

  /// Zero when empty.
  Duration mean() const noexcept;

  /// The length that a fraction `quantile` (0 to 1) of all did not exceed, within 5 % for lengths
  /// from 100 ns to 100 s. Zero when empty. 0.5 is the median, 0.999 is p99.9.
  Duration quantile(double quantile) const noexcept;

  /// How many were at most `bound`, by whole buckets: a bucket counts when its middle is within
  /// the bound. Never falls as the bound grows; what a Prometheus `le` bucket shows.
  std::uint64_t count_up_to(Duration bound) const noexcept;

  /// Adds the counts of `other`.
  void merge(const HistogramSnapshot& other) noexcept;

 private:
  friend class Histogram;

  std::vector<std::uint64_t> counts_;  // histogram_buckets::count of them
  std::uint64_t count_ = 0;
  Duration sum_{0};
};

/// Counts lengths of time from many threads at once. Thread safe. Takes 16 KiB. record() costs two
/// relaxed additions, about 10 ns, and never allocates.
class Histogram {
 public:
  Histogram() = default;
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  void record(Duration length) noexcept;

  /// About 1 us. What is recorded during the call may be in it in part.
  HistogramSnapshot snapshot() const;

 private:
  // Fewer than stripe_count: two threads collide here only when they also record similar lengths,
  // and each stripe takes 4 KiB.
  static constexpr std::size_t histogram_stripe_count = 4;

  struct alignas(cache_line_bytes) Stripe {
    std::atomic<std::uint64_t> sum_ns{0};
    std::array<std::atomic<std::uint64_t>, histogram_buckets::count> counts{};
  };

  std::array<Stripe, histogram_stripe_count> stripes_;
};

}  // namespace nacre
