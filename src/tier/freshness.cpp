#include "tier/freshness.hpp"

#include <algorithm>

namespace nacre {

TimePoint saturating_add(TimePoint point, Duration length) noexcept {
  return length >= TimePoint::max() - point ? TimePoint::max() : point + length;
}

Duration age_of(const Lifetime& lifetime, TimePoint now) noexcept {
  return std::max(Duration::zero(), now - lifetime.loaded_at);
}

TimePoint usable_until(const Lifetime& lifetime) noexcept {
  return saturating_add(lifetime.fresh_until,
                        std::max(lifetime.stale_while_revalidate, lifetime.stale_if_error));
}

Freshness freshness_of(const Lifetime& lifetime, TimePoint now) noexcept {
  if (now < lifetime.fresh_until) return Freshness::fresh;
  if (now < saturating_add(lifetime.fresh_until, lifetime.stale_while_revalidate)) {
    return Freshness::revalidate;
  }
  if (now < saturating_add(lifetime.fresh_until, lifetime.stale_if_error)) {
    return Freshness::on_error;
  }
  return Freshness::expired;
}

}  // namespace nacre
