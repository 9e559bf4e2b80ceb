// The figures a process shows about itself, and the page that shows them.
//
//   StripedCounter& hits = metrics.counter({.name = "cache_hits_total",
//                                           .help = "Reads answered by a tier.",
//                                           .labels = {{"cache", "default"}, {"tier", "memory"}}});
//   hits.add();                          // 6 ns, no look-up
//   std::string page = metrics.render_prometheus();
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/histogram.hpp"
#include "base/striped_counter.hpp"

namespace nacre {

/// A number that goes up and down. Thread safe, lock-free.
class Gauge {
 public:
  Gauge() = default;
  Gauge(const Gauge&) = delete;
  Gauge& operator=(const Gauge&) = delete;

  // Relaxed: a figure for people orders nothing.
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(double amount) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Label names and values, in the order in which they are shown.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// What is registered: a family by its name, one series of it by its labels.
struct MetricSeries {
  /// [a-z_:][a-z0-9_:]*, at most 128 bytes; counters end in _total, histograms in _seconds.
  std::string name{};

  /// One sentence. The same for all series of a name.
  std::string help{};

  /// The same label names for all series of a name: [a-z_][a-z0-9_]*, not "le", not "__...".
  /// Values are any text; what is not UTF-8 in them is shown as U+FFFD.
  MetricLabels labels{};
};

/// All figures of one process. Thread safe. Registering takes a lock and allocates; do it once and
/// keep the reference, which stays valid as long as the registry. The same name and labels again
/// give the same object. Throws Error invalid_argument for a name, help or labels that break the
/// rules of MetricSeries or do not fit what the name was registered with.
///
/// A name has at most max_series_per_name series. Further label sets share one series in which
/// every label value is "other", so that labels from outside cannot fill the memory.
class MetricsRegistry {
 private:
  struct Source;
  struct State;

 public:
  /// Enough for caches x tiers x operations; a page of all of them stays readable.
  static constexpr std::size_t max_series_per_name = 1000;

  /// Reads a figure when a page is rendered. Any thread, quick, must not throw.
  using Reader = std::function<double()>;

  /// Ends the showing of a figure that is read by a callback. After the destructor the callback
  /// does not run; the destructor waits for a run, so it must not be called inside the callback.
  class [[nodiscard]] Registration {
   public:
    Registration() noexcept = default;
    Registration(Registration&&) noexcept = default;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration();

   private:
    friend class MetricsRegistry;
    explicit Registration(std::shared_ptr<Source> source) noexcept;
    std::shared_ptr<Source> source_;
  };

  MetricsRegistry();
  ~MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  StripedCounter& counter(MetricSeries series);
  Gauge& gauge(MetricSeries series);
  Histogram& histogram(MetricSeries series);

  /// A gauge, or a count kept elsewhere, that is read when a page is rendered. Of several readers
  /// of one series the latest is shown. Over the limit of series it is not shown. The Registration
  /// may outlive the registry.
  Registration gauge_callback(MetricSeries series, Reader read);
  Registration counter_callback(MetricSeries series, Reader read);

  /// How many registrations met the limit of series since the start.
  std::uint64_t refused_series_count() const noexcept;

  /// The page in the Prometheus text format 0.0.4 (text/plain; version=0.0.4; charset=utf-8).
  std::string render_prometheus() const;

  /// The page in OpenMetrics 1.0.0 (application/openmetrics-text; version=1.0.0; charset=utf-8).
  std::string render_openmetrics() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace nacre
