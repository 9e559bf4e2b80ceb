// What the options of a remote tier may be.
#pragma once

#include "nacre/remote_options.hpp"

namespace nacre::assembly {

/// Throws Error: invalid_argument, which names the member and what is allowed.
void check_remote_options(const RemoteOptions& options);

}  // namespace nacre::assembly
