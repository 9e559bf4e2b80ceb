// The origins of the config, as the REST handlers use them.
#pragma once

#include <memory>
#include <vector>

#include "base/random.hpp"
#include "nacre/clock.hpp"
#include "nacre/executor.hpp"
#include "nacre/metrics.hpp"
#include "nacre/settings.hpp"
#include "server/origin_routes.hpp"

namespace nacre::server {

/// What origins are asked with, and where they end.
struct OriginSurroundings {
  std::shared_ptr<Clock> clock{};
  std::shared_ptr<MetricsRegistry> metrics{};
  std::shared_ptr<Random> random{};

  /// Runs the destruction of origins, which waits for the thread that asks them: the last to let
  /// go of them may be an answer on that very thread.
  std::shared_ptr<Executor> executor{};
};

/// Checks the rules without asking anybody, and reads their secret files. Throws Error
/// invalid_argument.
void check_origins(const std::vector<OriginSettings>& settings);

/// The rules, ready to ask. Null when there are none. Throws as check_origins() does.
std::shared_ptr<const OriginRoutes> connect_origins(const std::vector<OriginSettings>& settings,
                                                    const OriginSurroundings& surroundings);

}  // namespace nacre::server
