// What one cache counts, and how that shows in the metrics.
#pragma once

#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "base/metrics.hpp"
#include "base/striped_counter.hpp"
#include "nacre/stats.hpp"
#include "tier/shared_tier.hpp"
#include "tier/tier.hpp"

namespace nacre {

/// The counters of one cache, registered under its name. Thread safe. Adding to one is about 6 ns.
class Statistics {
 public:
  Statistics(MetricsRegistry& metrics, const std::string& cache_name);

  StripedCounter& fresh_hits;
  StripedCounter& stale_hits;
  StripedCounter& negative_hits;
  StripedCounter& misses;
  StripedCounter& loads;
  StripedCounter& load_failures;
  StripedCounter& joined_loads;
  StripedCounter& refreshes;
  StripedCounter& dropped_fills;
  StripedCounter& writes;
  StripedCounter& invalidations;
  StripedCounter& saturated;
  StripedCounter& removal_events_dropped;
  Histogram& load_latency;
  Histogram& get_latency;  ///< of one memory read in get_sample_every

  // Of the shared tier; in the metrics once there is one.
  StripedCounter remote_hits;
  StripedCounter remote_misses;
  StripedCounter claims_granted;
  StripedCounter claims_answered;  ///< by the load of another process
  StripedCounter unknown_copies;   ///< how often all copies became unknown

  /// Counts a read that memory answered.
  void count_hit(bool is_negative, bool is_stale) noexcept {
    (is_negative ? negative_hits : is_stale ? stale_hits : fresh_hits).add();
  }

  /// Shows how full `tier` is until this object goes; `tier` must live as long.
  void watch(MetricsRegistry& metrics, const std::string& cache_name, const Tier& tier);

  /// The same for the shared tier.
  void watch(MetricsRegistry& metrics, const std::string& cache_name, const SharedTier& tier);

  /// The counters as values, without what the tiers know.
  CacheStats snapshot() const;

 private:
  void show(MetricsRegistry& metrics, const std::string& cache_name, const char* name,
            const char* help, const StripedCounter& counter);

  std::vector<MetricsRegistry::Registration> registrations_;
};

}  // namespace nacre
