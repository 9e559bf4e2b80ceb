// What must hold between settings, after all sources have been read.
#pragma once

#include "assembly/problems.hpp"
#include "assembly/settings_reader.hpp"
#include "nacre/settings.hpp"

namespace nacre::assembly {

/// Adds to `problems` what does not fit together: captures that are used and not captured, an open
/// address without a token, names given twice, ... Pure.
void check_settings(const Settings& settings, const Places& places, Problems& problems);

}  // namespace nacre::assembly
