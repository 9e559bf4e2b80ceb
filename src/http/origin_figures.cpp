#include "http/origin_figures.hpp"

namespace nacre {
namespace {

MetricSeries series(const char* name, const char* help, const std::string& origin) {
  return {.name = name, .help = help, .labels = {{"origin", origin}}};
}

}  // namespace

const char* name_of(OriginFailure failure) noexcept {
  static constexpr std::array<const char*, origin_failure_count> names{
      "unresolved", "connect", "tls",     "reset",     "malformed", "too_large",
      "status",     "content", "timeout", "cancelled", "saturated"};
  static_assert(static_cast<std::size_t>(OriginFailure::saturated) + 1 == origin_failure_count);
  return names[static_cast<std::size_t>(failure)];
}

OriginFigures::OriginFigures(MetricsRegistry& metrics, const std::string& origin)
    : requests(metrics.counter(
          series("nacre_origin_requests_total", "Loads that asked the origin.", origin))),
      retries(metrics.counter(
          series("nacre_origin_retries_total", "Further attempts after one that failed.", origin))),
      connects(metrics.counter(
          series("nacre_origin_connects_total", "Connections that were opened.", origin))),
      latency(metrics.histogram(series("nacre_origin_latency_seconds",
                                       "From a load to its answer, with waiting and retries.",
                                       origin))),
      in_flight(metrics.gauge(
          series("nacre_origin_in_flight", "Requests that have a place now.", origin))),
      queued(metrics.gauge(
          series("nacre_origin_queued", "Requests that wait for a place now.", origin))),
      idle_connections(metrics.gauge(series("nacre_origin_idle_connections",
                                            "Connections that wait for a request now.", origin))) {
  for (std::size_t index = 0; index < failures.size(); ++index) {
    failures[index] = &metrics.counter(
        {.name = "nacre_origin_failures_total",
         .help = "Loads that failed, by reason.",
         .labels = {{"origin", origin}, {"reason", name_of(static_cast<OriginFailure>(index))}}});
  }
}

}  // namespace nacre
