// Finds options that are allowed, each for itself, and hurt together. Said once, at start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nacre/cache_options.hpp"
#include "nacre/options.hpp"

namespace nacre {

/// One piece of advice: what to look at, and one sentence why.
struct Advice {
  std::string subject{};  ///< "sliding_ttl", "rules[2] (user:): ttl_jitter"
  std::string text{};

  friend bool operator==(const Advice&, const Advice&) = default;
};

/// Advice on `options` with the defaults for what they do not give. Pure.
std::vector<Advice> advise(const Options& options);

/// Advice on `options`, but what holds for `base` as well is left out: it has been said there.
std::vector<Advice> advise_beyond(const Options& base, const Options& options);

/// Advice on limits of memory. `memory_bytes` is what the machine or its control group has; 0 when
/// that is unknown. Pure.
std::vector<Advice> advise(const MemoryOptions& memory, std::uint64_t max_value_bytes,
                           std::uint64_t memory_bytes);

/// Advice on everything a cache is made with. Pure.
std::vector<Advice> advise(const CacheOptions& options, std::uint64_t memory_bytes);

}  // namespace nacre
