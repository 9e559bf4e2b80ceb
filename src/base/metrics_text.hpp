// The text of a metrics page: Prometheus 0.0.4 and OpenMetrics 1.0.0. Pure; knows no registry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/histogram.hpp"

namespace nacre {

enum class MetricsFormat : std::uint8_t { prometheus, openmetrics };
enum class MetricKind : std::uint8_t { counter, gauge, histogram };

/// Writes one page, family by family. Not thread safe.
class MetricsPage {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  explicit MetricsPage(MetricsFormat format) : format_(format) {}

  /// Opens a family; the samples that follow belong to it.
  void begin_family(std::string_view name, MetricKind kind, std::string_view help);

  /// One sample of a counter or a gauge.
  void add_count(const Labels& labels, std::uint64_t value);
  void add_number(const Labels& labels, double value);

  /// The buckets, the sum and the count of one histogram, in seconds.
  void add_histogram(const Labels& labels, const HistogramSnapshot& histogram);

  /// Closes the page and hands it out.
  std::string finish() &&;

 private:
  void add_sample(std::string_view suffix, const Labels& labels, std::string_view bound,
                  std::string_view value);

  MetricsFormat format_;
  std::string_view name_;
  std::string text_;
};

}  // namespace nacre
