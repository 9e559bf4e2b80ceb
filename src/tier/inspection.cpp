#include "nacre/inspection.hpp"

#include <utility>

#include "tier/freshness.hpp"
#include "tier/tier.hpp"

namespace nacre {

Inspection inspection_of(std::string key, const Entry& entry, TierKind tier, TimePoint now) {
  Inspection seen;
  seen.key = std::move(key);
  const bool is_fresh = now < entry.lifetime.fresh_until;
  seen.state = entry.is_negative() ? EntryState::negative
               : is_fresh          ? EntryState::fresh
                                   : EntryState::stale;
  seen.provenance = {.tier = tier,
                     .age = age_of(entry.lifetime, now),
                     .remaining = entry.lifetime.fresh_until - now};
  seen.stale_remaining = usable_until(entry.lifetime) - now;
  if (entry.value) {
    seen.format = entry.value.format();
    seen.is_live_object = !entry.value.is_bytes();
    seen.payload_bytes = entry.value.payload_bytes();
  }
  if (entry.notes) {
    seen.tags = entry.notes->tags;
    seen.validators = entry.notes->validators;
  }
  seen.value = entry.value;
  return seen;
}

}  // namespace nacre
