// The remote tier of a cache, from its options.
#pragma once

#include "cache/core.hpp"
#include "nacre/remote_options.hpp"
#include "redis/servers.hpp"

namespace nacre::assembly {

/// Throws Error: invalid_argument, which names the member and what is allowed.
void check_remote_options(const RemoteOptions& options);

/// Where those servers are, and how they are connected to. `options` have been checked. Throws
/// Error: invalid_argument when the password's file cannot be read.
redis::Servers remote_servers(const RemoteOptions& options);
redis::ConnectSettings remote_connection(const RemoteOptions& options);

/// Gives `core` its shared tier, whether the server is there or not. After everything else of
/// `core` has been made. Throws Error: invalid_argument, also when a file cannot be read.
void add_remote(Core& core, const RemoteOptions& options);

}  // namespace nacre::assembly
