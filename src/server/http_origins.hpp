// The origins of the config, as the REST handlers use them.
#pragma once

#include <memory>
#include <vector>

#include "base/random.hpp"
#include "nacre/clock.hpp"
#include "nacre/metrics.hpp"
#include "nacre/settings.hpp"
#include "server/origin_routes.hpp"

namespace nacre::server {

/// What origins are asked with.
struct OriginSurroundings {
  std::shared_ptr<Clock> clock{};
  std::shared_ptr<MetricsRegistry> metrics{};
  std::shared_ptr<Random> random{};
};

/// Checks the rules without asking anybody, and reads their secret files. Throws Error
/// invalid_argument.
void check_origins(const std::vector<OriginSettings>& settings);

/// The rules, ready to ask. Null when there are none. Throws as check_origins() does. The last
/// owner must not let go inside a loader's answer: destruction waits for the thread of those.
std::shared_ptr<const OriginRoutes> connect_origins(const std::vector<OriginSettings>& settings,
                                                    const OriginSurroundings& surroundings);

}  // namespace nacre::server
