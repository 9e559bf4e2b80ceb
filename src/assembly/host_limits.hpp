// What the machine gives this process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nacre::assembly {

/// 0 where it is unknown.
struct HostLimits {
  std::uint64_t memory_bytes = 0;  ///< the least of the machine's and its control groups'
  std::uint64_t open_files = 0;    ///< RLIMIT_NOFILE
};

/// Asks the system: sysconf, getrlimit, and the control group in /sys/fs/cgroup (version 2, or 1).
HostLimits read_host_limits();

/// The limit that the text of memory.max or memory.limit_in_bytes gives; 0 for "max", for version
/// 1's way to say "none", and for anything else.
std::uint64_t parse_memory_limit(std::string_view text);

/// The path of version 2's control group in the text of /proc/self/cgroup ("0::/system.slice/x"),
/// or empty.
std::string parse_control_group(std::string_view text);

}  // namespace nacre::assembly
