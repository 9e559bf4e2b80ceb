// What the REST handlers work on. One set of it for each configuration that was loaded: a reload
// makes a new one, and requests that run keep theirs until they are answered.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nacre/async_cache.hpp"
#include "nacre/cache.hpp"
#include "nacre/clock.hpp"
#include "nacre/executor.hpp"
#include "nacre/metrics.hpp"
#include "server/access_policy.hpp"
#include "server/origin_routes.hpp"

namespace nacre::server {

/// A cache by the name the config gives it.
struct NamedCache {
  std::string name{};
  Cache cache;
};

/// What the daemon is doing, told to health checks. Thread safe.
struct DaemonState {
  std::atomic<bool> is_draining = false;
  TimePoint started_at{};                         ///< const after construction
  std::function<std::size_t()> connection_count;  ///< const before the server starts; may be empty
};

/// Const once it is shared with the handlers.
struct Backend {
  /// At least one. The first is the one that requests without `?cache=` mean.
  std::vector<NamedCache> caches{};

  /// Null for none.
  std::shared_ptr<const OriginRoutes> origins{};

  AccessPolicy access{AccessOptions{}};

  /// Where work runs that looks at every entry: a loop must not.
  std::shared_ptr<Executor> executor{};

  std::shared_ptr<Clock> clock{};
  std::shared_ptr<MetricsRegistry> metrics{};
  std::shared_ptr<const DaemonState> daemon{};

  /// The settings as JSON, secrets withheld.
  std::string config_json = "{}";

  bool is_production = false;
  bool allows_flush_in_production = false;
};

}  // namespace nacre::server
