// Finds settings that are allowed and hurt: what nacred warns of at start.
#pragma once

#include <vector>

#include "assembly/host_limits.hpp"
#include "cache/option_advisor.hpp"
#include "nacre/settings.hpp"

namespace nacre::assembly {

/// Advice on all of `settings`; subjects are full names ("cache.sliding_ttl", "origin[2].ttl").
/// Pure.
std::vector<Advice> advise(const Settings& settings, const HostLimits& host);

}  // namespace nacre::assembly
