// Fresh, stale or expired: a pure function of an entry's times and the present.
#pragma once

#include "tier/entry.hpp"

namespace nacre {

enum class Freshness : std::uint8_t {
  fresh,       ///< inside its ttl
  revalidate,  ///< stale; may be served at once while it is refreshed
  on_error,    ///< stale; may be served only when the load fails or is slow
  expired,     ///< of no more use
};

/// What an entry is worth at `now`.
Freshness freshness_of(const Lifetime& lifetime, TimePoint now) noexcept;

/// How old the entry is at `now`: 0 or more, though a coarse clock may lag behind its load.
Duration age_of(const Lifetime& lifetime, TimePoint now) noexcept;

/// From here on the entry is of no use. Saturates instead of overflowing.
TimePoint usable_until(const Lifetime& lifetime) noexcept;

/// `point` + `length`, or the end of time where that would overflow. `length` >= 0.
TimePoint saturating_add(TimePoint point, Duration length) noexcept;

}  // namespace nacre
