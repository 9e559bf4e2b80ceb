// Puts what the environment and the flags say into settings that the file has been read into.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "assembly/problems.hpp"
#include "assembly/settings_reader.hpp"
#include "nacre/settings.hpp"

namespace nacre::assembly {

/// PORT, LOG_LEVEL, NACRE_ENV, and NACRE_<SECTION>_<NAME> of the table, which win over those three.
/// [caches.NAME] that the file has can be changed as NACRE_CACHES_<NAME>_<OPTION>. A variable that
/// begins with NACRE_ and is not known is a problem.
void apply_environment(const std::vector<std::pair<std::string, std::string>>& environment,
                       Settings& settings, Places& places, Problems& problems);

/// Each "section.name=value".
void apply_flags(const std::vector<std::string>& flags, Settings& settings, Places& places,
                 Problems& problems);

}  // namespace nacre::assembly
