// Prometheus metrics of caches and of the programs around them.
#pragma once

#include <memory>
#include <string>

#pragma GCC visibility push(default)
namespace nacre {

class MetricsRegistry;

/// An empty registry. Give it to the caches (CacheOptions::metrics) that shall report to it.
std::shared_ptr<MetricsRegistry> make_metrics_registry();

/// All metrics in the Prometheus text format 0.0.4. Thread safe. O(metrics).
std::string render_prometheus(const MetricsRegistry& registry);

/// All metrics in OpenMetrics 1.0. Thread safe. O(metrics).
std::string render_openmetrics(const MetricsRegistry& registry);

}  // namespace nacre
#pragma GCC visibility pop
