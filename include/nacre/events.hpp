// Being told when an entry leaves the cache.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "nacre/value.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// Why an entry left.
enum class RemovalReason : std::uint8_t {
  expired,   ///< its last time of use had passed
  evicted,   ///< dropped for room
  removed,   ///< by key, keys, tag, prefix or pattern
  replaced,  ///< another value was stored under its key
  cleared,   ///< its namespace was cleared
};

/// "expired", "evicted", "removed", "replaced" or "cleared".
std::string_view name_of(RemovalReason reason) noexcept;

/// One entry that left. The views are valid during the call only; `value` may be kept. Empty for a
/// negative entry.
struct Removal {
  std::string_view namespace_name{};
  std::string_view key{};
  const Value& value;
  RemovalReason reason = RemovalReason::removed;
};

/// Called on a thread of the cache's executor, after the fact and outside all locks; it may call
/// the cache. Entries that an invalidation by tag or a clear made invalid are reported when their
/// space is reclaimed, which may be later. When 65,536 removals or 64 MiB of them wait, more are
/// not reported but counted (nacre_removal_events_dropped_total). What it throws is logged and
/// dropped. It is not called any more for what waits when the last Cache has gone.
using RemovalListener = std::function<void(const Removal&)>;

}  // namespace nacre
#pragma GCC visibility pop
