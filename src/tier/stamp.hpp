// What a fill carries to prove that nothing was invalidated since it began (P1).
#pragma once

#include <cstdint>

namespace nacre {

/// Taken before a load's first step, never renewed. Travels with the value as payload.
struct Stamp {
  std::uint64_t stripe_count = 0;  ///< changes of the key's stripe: its removals and direct writes
  std::uint64_t epoch = 0;         ///< marks set in this process: tags, namespaces, sweeps
  friend constexpr bool operator==(const Stamp&, const Stamp&) noexcept = default;
};

/// What an invalidation does to the entries it means.
enum class Severity : std::uint8_t {
  expire,  ///< make stale, keep for errors
  remove,  ///< never serve again
};

/// What the marks say of an entry or a fill.
enum class Verdict : std::uint8_t {
  holds,    ///< nothing happened since its stamp
  expired,  ///< usable as a stale value only
  invalid,  ///< must not be served or stored
};

}  // namespace nacre
