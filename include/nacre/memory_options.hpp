// Limits of the memory tier.
#pragma once

#include <cstddef>

#pragma GCC visibility push(default)

namespace nacre {

/// Limits of the memory tier.
struct MemoryOptions {
  /// Keys, values and bookkeeping stay below this. 1 MiB to 1 TiB. Default 256 MiB.
  std::size_t max_bytes = std::size_t{256} << 20;

  /// Entries stay at or below this as well. 0 is no such limit. Default 0.
  std::size_t max_entries = 0;
};

}  // namespace nacre

#pragma GCC visibility pop
