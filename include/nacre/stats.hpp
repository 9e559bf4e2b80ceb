// The figures of one cache, as values.
#pragma once

#include <cstdint>

#include "nacre/clock.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// Counted since the cache was made. One relaxed snapshot: the counts may be a few events apart.
struct CacheStats {
  std::uint64_t fresh_hits = 0;
  std::uint64_t stale_hits = 0;
  std::uint64_t negative_hits = 0;
  std::uint64_t misses = 0;         ///< reads that no tier could answer
  std::uint64_t remote_hits = 0;    ///< reads that the remote tier answered, and memory could not
  std::uint64_t remote_misses = 0;  ///< look-ups in the remote tier that found nothing
  std::uint64_t loads = 0;          ///< loads that were started
  std::uint64_t load_failures = 0;  ///< of those: failed or timed out
  std::uint64_t joined_loads = 0;   ///< reads that waited for a load another read had started
  std::uint64_t refreshes = 0;      ///< of the loads: those in the background
  std::uint64_t dropped_fills = 0;  ///< loaded values not stored: an invalidation came first (P1)
  std::uint64_t writes = 0;
  std::uint64_t invalidations = 0;
  std::uint64_t saturated = 0;  ///< calls refused with saturated
  std::uint64_t evicted = 0;    ///< entries dropped for room
  std::uint64_t expired = 0;    ///< entries reclaimed after their time
  std::uint64_t entries = 0;    ///< now
  std::uint64_t bytes = 0;      ///< now, keys, values and bookkeeping
  std::uint64_t max_bytes = 0;  ///< the limit
  std::uint64_t running_loads = 0;

  /// All reads that found something, negative ones included.
  std::uint64_t hits() const noexcept {
    return fresh_hits + stale_hits + negative_hits + remote_hits;
  }

  /// hits / (hits + misses); 0 before the first read.
  double hit_rate() const noexcept {
    const std::uint64_t reads = hits() + misses;
    return reads == 0 ? 0.0 : static_cast<double>(hits()) / static_cast<double>(reads);
  }
};

}  // namespace nacre
#pragma GCC visibility pop
