#include "cache/statistics.hpp"

#include <algorithm>

namespace nacre {

namespace {

StripedCounter& hits(MetricsRegistry& metrics, const std::string& cache, const char* state) {
  return metrics.counter({.name = "nacre_hits_total",
                          .help = "Reads that found an entry, by its state.",
                          .labels = {{"cache", cache}, {"state", state}}});
}

StripedCounter& counter(MetricsRegistry& metrics, const std::string& cache, const char* name,
                        const char* help) {
  return metrics.counter({.name = name, .help = help, .labels = {{"cache", cache}}});
}

Histogram& latency(MetricsRegistry& metrics, const std::string& cache, const char* tier,
                   const char* operation) {
  return metrics.histogram(
      {.name = "cache_latency_seconds",
       .help = "How long operations take. Memory reads are sampled, loads are all counted.",
       .labels = {{"cache", cache}, {"tier", tier}, {"operation", operation}}});
}

}  // namespace

Statistics::Statistics(MetricsRegistry& metrics, const std::string& cache)
    : fresh_hits(hits(metrics, cache, "fresh")),
      stale_hits(hits(metrics, cache, "stale")),
      negative_hits(hits(metrics, cache, "negative")),
      misses(metrics.counter({.name = "cache_misses_total",
                              .help = "Reads that found nothing.",
                              .labels = {{"cache", cache}, {"tier", "memory"}}})),
      loads(counter(metrics, cache, "nacre_loads_total", "Loads that were started.")),
      load_failures(counter(metrics, cache, "nacre_load_failures_total",
                            "Loads that failed or took longer than load_timeout.")),
      joined_loads(counter(metrics, cache, "nacre_joined_loads_total",
                           "Reads that waited for a load that another read had started.")),
      refreshes(counter(metrics, cache, "nacre_refreshes_total", "Loads in the background.")),
      dropped_fills(counter(metrics, cache, "nacre_dropped_fills_total",
                            "Loaded values not stored, because an invalidation came first.")),
      writes(counter(metrics, cache, "nacre_writes_total", "Direct writes.")),
      invalidations(counter(metrics, cache, "nacre_invalidations_total",
                            "Removals, expiries and clears that were asked for.")),
      saturated(counter(metrics, cache, "nacre_saturated_total",
                        "Calls refused because a queue or a limit was full.")),
      removal_events_dropped(counter(metrics, cache, "nacre_removal_events_dropped_total",
                                     "Removals not reported, because the queue was full.")),
      load_latency(latency(metrics, cache, "origin", "load")),
      get_latency(latency(metrics, cache, "memory", "get")) {
  registrations_.push_back(
      metrics.counter_callback({.name = "cache_hits_total",
                                .help = "Reads that found an entry: fresh, stale or negative.",
                                .labels = {{"cache", cache}, {"tier", "memory"}}},
                               [this] {
                                 const CacheStats stats = snapshot();
                                 return static_cast<double>(stats.hits() - stats.remote_hits);
                               }));
  registrations_.push_back(
      metrics.gauge_callback({.name = "cache_hit_rate",
                              .help = "Share of reads that found an entry, since the start.",
                              .labels = {{"cache", cache}}},
                             [this] { return snapshot().hit_rate(); }));
}

void Statistics::watch(MetricsRegistry& metrics, const std::string& cache, const Tier& tier) {
  const MetricLabels labels = {{"cache", cache}, {"tier", std::string(name_of(tier.kind()))}};
  registrations_.push_back(metrics.counter_callback(
      {.name = "cache_evictions_total", .help = "Entries dropped for room.", .labels = labels},
      [&tier] { return static_cast<double>(tier.usage().evicted_count); }));
  registrations_.push_back(metrics.counter_callback(
      {.name = "nacre_expirations_total",
       .help = "Entries reclaimed after their last time of use.",
       .labels = labels},
      [&tier] { return static_cast<double>(tier.usage().expired_count); }));
  registrations_.push_back(
      metrics.gauge_callback({.name = "cache_size", .help = "Entries now.", .labels = labels},
                             [&tier] { return static_cast<double>(tier.usage().entries_count); }));
  registrations_.push_back(
      metrics.gauge_callback({.name = "cache_memory_bytes",
                              .help = "Bytes of keys, values and bookkeeping now.",
                              .labels = labels},
                             [&tier] { return static_cast<double>(tier.usage().bytes); }));
  registrations_.push_back(metrics.gauge_callback(
      {.name = "nacre_max_bytes", .help = "The limit of the bytes.", .labels = labels},
      [&tier] { return static_cast<double>(tier.usage().max_bytes); }));
}

void Statistics::show(MetricsRegistry& metrics, const std::string& cache, const char* name,
                      const char* help, const StripedCounter& counter) {
  registrations_.push_back(
      metrics.counter_callback({.name = name, .help = help, .labels = {{"cache", cache}}},
                               [&counter] { return static_cast<double>(counter.sum()); }));
}

void Statistics::watch(MetricsRegistry& metrics, const std::string& cache, const SharedTier& tier) {
  const MetricLabels labels = {{"cache", cache}, {"tier", "remote"}};
  registrations_.push_back(
      metrics.counter_callback({.name = "cache_hits_total",
                                .help = "Reads that found an entry: fresh, stale or negative.",
                                .labels = labels},
                               [this] { return static_cast<double>(remote_hits.sum()); }));
  registrations_.push_back(metrics.counter_callback(
      {.name = "cache_misses_total", .help = "Reads that found nothing.", .labels = labels},
      [this] { return static_cast<double>(remote_misses.sum()); }));
  show(metrics, cache, "nacre_claims_granted_total",
       "Loads that were granted the lease of their key.", claims_granted);
  show(metrics, cache, "nacre_claims_answered_total",
       "Loads answered by what another process had loaded.", claims_answered);
  show(metrics, cache, "nacre_unknown_copies_total",
       "How often changes may have been missed, so that all copies in memory are checked.",
       unknown_copies);
  const auto from_status = [&tier](std::uint64_t SharedStatus::* count) {
    return [&tier, count] { return static_cast<double>(tier.status().*count); };
  };
  const MetricLabels of_cache = {{"cache", cache}};
  registrations_.push_back(metrics.gauge_callback(
      {.name = "nacre_remote_up",
       .help = "1 while the remote is asked, 0 while it is left alone.",
       .labels = of_cache},
      [&tier] { return tier.status().state == SharedState::down ? 0.0 : 1.0; }));
  registrations_.push_back(
      metrics.gauge_callback({.name = "nacre_remote_pending",
                              .help = "Changes that wait to be repeated to the remote.",
                              .labels = of_cache},
                             from_status(&SharedStatus::pending_count)));
  registrations_.push_back(
      metrics.counter_callback({.name = "nacre_remote_dropped_total",
                                .help = "Changes for the remote that there was no room to keep.",
                                .labels = of_cache},
                               from_status(&SharedStatus::dropped_count)));
  registrations_.push_back(
      metrics.counter_callback({.name = "nacre_remote_corrupt_total",
                                .help = "Values of the remote that were not what was stored.",
                                .labels = of_cache},
                               from_status(&SharedStatus::corrupt_count)));
}

CacheStats Statistics::snapshot() const {
  CacheStats stats;
  stats.fresh_hits = fresh_hits.sum();
  stats.stale_hits = stale_hits.sum();
  stats.negative_hits = negative_hits.sum();
  stats.remote_hits = remote_hits.sum();
  stats.remote_misses = remote_misses.sum();
  // What memory missed and the remote had is no miss. The sums may be a few events apart.
  const std::uint64_t memory_misses = misses.sum();
  stats.misses = memory_misses - std::min(memory_misses, stats.remote_hits);
  stats.loads = loads.sum();
  stats.load_failures = load_failures.sum();
  stats.joined_loads = joined_loads.sum();
  stats.refreshes = refreshes.sum();
  stats.dropped_fills = dropped_fills.sum();
  stats.writes = writes.sum();
  stats.invalidations = invalidations.sum();
  stats.saturated = saturated.sum();
  return stats;
}

}  // namespace nacre
