// The public face of the metrics registry.
#include "base/metrics.hpp"
#include "nacre/metrics.hpp"

namespace nacre {

std::shared_ptr<MetricsRegistry> make_metrics_registry() {
  return std::make_shared<MetricsRegistry>();
}

std::string render_prometheus(const MetricsRegistry& registry) {
  return registry.render_prometheus();
}

std::string render_openmetrics(const MetricsRegistry& registry) {
  return registry.render_openmetrics();
}

}  // namespace nacre
