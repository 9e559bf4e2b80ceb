// A trace through the real memory tier: a read, and a store when it missed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace.hpp"

namespace nacre::replay {

struct EngineLimits {
  std::size_t max_entries = 0;  ///< 0: bytes alone decide
  std::size_t max_bytes = 0;    ///< 0: as many as max_entries needs
  std::size_t shard_count = 0;  ///< 0: as the tier chooses
};

struct EngineResult {
  std::uint64_t hits_count = 0;
  std::uint64_t hit_bytes = 0;  ///< by the sizes in the trace
  std::size_t entries_count = 0;
  double nanoseconds_per_access = 0;
};

/// Values are empty when the trace has no sizes. The same result each time, except for the time.
EngineResult replay_through_engine(const Trace& trace, const EngineLimits& limits);

}  // namespace nacre::replay
