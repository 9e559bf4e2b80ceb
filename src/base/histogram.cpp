#include "base/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace nacre {
namespace histogram_buckets {
namespace {

constexpr std::uint64_t sub_count = std::uint64_t{1} << sub_bits;
constexpr std::uint64_t min_ns = std::uint64_t{1} << min_exponent;
constexpr std::uint64_t max_ns = (std::uint64_t{1} << max_exponent) - 1;

}  // namespace

std::size_t index_of(Duration length) noexcept {
  const auto ns = std::clamp(static_cast<std::uint64_t>(std::max<Duration::rep>(length.count(), 0)),
                             min_ns, max_ns);
  const auto exponent = static_cast<unsigned>(std::bit_width(ns)) - 1;
  const std::uint64_t sub = (ns >> (exponent - sub_bits)) & (sub_count - 1);
  return (std::size_t{exponent - min_exponent} << sub_bits) + sub;
}

std::uint64_t lower_edge_ns(std::size_t index) noexcept {
  const auto exponent = static_cast<unsigned>(index >> sub_bits) + min_exponent;
  const std::uint64_t sub = index & (sub_count - 1);
  return (sub_count + sub) << (exponent - sub_bits);
}

Duration middle_of(std::size_t index) noexcept {
  const std::uint64_t low = lower_edge_ns(index);
  const std::uint64_t high = lower_edge_ns(index + 1);
  return Duration(static_cast<Duration::rep>(low + (high - low) / 2));
}

}  // namespace histogram_buckets

HistogramSnapshot::HistogramSnapshot() : counts_(histogram_buckets::count) {}

Duration HistogramSnapshot::mean() const noexcept {
  return count_ == 0 ? Duration::zero() : sum_ / static_cast<Duration::rep>(count_);
}

Duration HistogramSnapshot::quantile(double quantile) const noexcept {
  if (count_ == 0) return Duration::zero();
  const double wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
  std::uint64_t seen = 0;
  std::size_t index = 0;
  while (index + 1 < counts_.size() && (seen += counts_[index]) < rank) ++index;
  return histogram_buckets::middle_of(index);
}

std::uint64_t HistogramSnapshot::count_up_to(Duration bound) const noexcept {
  std::uint64_t total = 0;
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    if (histogram_buckets::middle_of(index) > bound) break;
    total += counts_[index];
  }
  return total;
}

void HistogramSnapshot::merge(const HistogramSnapshot& other) noexcept {
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    counts_[index] += other.counts_[index];
  }
  count_ += other.count_;
  sum_ += other.sum_;
}

// Relaxed, as the reads in snapshot(): the counts order nothing.
void Histogram::record(Duration length) noexcept {
  Stripe& stripe = stripes_[thread_stripe() % histogram_stripe_count];
  const auto ns = static_cast<std::uint64_t>(std::max<Duration::rep>(length.count(), 0));
  stripe.counts[histogram_buckets::index_of(length)].fetch_add(1, std::memory_order_relaxed);
  stripe.sum_ns.fetch_add(ns, std::memory_order_relaxed);
}

HistogramSnapshot Histogram::snapshot() const {
  HistogramSnapshot result;
  std::uint64_t sum_ns = 0;
  for (const Stripe& stripe : stripes_) {
    for (std::size_t index = 0; index < stripe.counts.size(); ++index) {
      const std::uint64_t count = stripe.counts[index].load(std::memory_order_relaxed);
      result.counts_[index] += count;
      result.count_ += count;
    }
    sum_ns += stripe.sum_ns.load(std::memory_order_relaxed);
  }
  result.sum_ = Duration(static_cast<Duration::rep>(sum_ns));
  return result;
}

}  // namespace nacre
