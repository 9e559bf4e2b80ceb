// The remote tier: a SharedTier over Redis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/log.hpp"
#include "base/random.hpp"
#include "coherence/marks.hpp"
#include "nacre/clock.hpp"
#include "redis/servers.hpp"
#include "tier/breaker.hpp"
#include "tier/shared_tier.hpp"

namespace nacre::remote {

struct RemoteTierOptions {
  redis::Servers servers{};

  /// Tracking is switched on by the tier itself.
  redis::ConnectSettings connect{};

  std::size_t io_threads_count = 2;  ///< 1 to 64

  /// How long a claim lives that nobody renews. 100 ms to 1 min.
  Duration lease = std::chrono::seconds(5);

  /// Changes that wait to be repeated, by count; one more makes everything unknown.
  std::size_t max_pending = 16'384;

  /// A stored value may be this long; its header comes on top.
  std::size_t max_value_bytes = std::size_t{16} << 20;

  BreakerLimits breaker{};

  /// Values without a header are another program's, and what is written has none: no tags, no
  /// stale windows, no negative entries.
  bool is_raw = false;
};

/// What a tier is given from outside; all of it outlives the tier.
struct RemoteTierSurroundings {
  std::shared_ptr<Clock> clock{};
  std::shared_ptr<Random> random{};
  Logger log{};
  const Marks* marks = nullptr;  ///< of the cache: whose stripe counts copies are kept under
  std::uint64_t hash_seed = 0;   ///< of the cache's keys and tags
};

/// Returns at once, whether the server is there or not. Throws Error invalid_argument for options
/// out of range.
std::unique_ptr<SharedTier> make_remote_tier(const RemoteTierOptions& options,
                                             RemoteTierSurroundings surroundings);

}  // namespace nacre::remote
