// The words of the public enums and what a failed lookup throws.
#include "nacre/error.hpp"
#include "nacre/events.hpp"
#include "nacre/inspection.hpp"
#include "nacre/lookup.hpp"
#include "nacre/options.hpp"
#include "nacre/tier_status.hpp"

namespace nacre {

std::string_view name_of(EntryState state) noexcept {
  switch (state) {
    case EntryState::fresh:
      return "fresh";
    case EntryState::stale:
      return "stale";
    case EntryState::negative:
      break;
  }
  return "negative";
}

std::string_view name_of(TierState state) noexcept {
  switch (state) {
    case TierState::up:
      return "up";
    case TierState::degraded:
      return "degraded";
    case TierState::down:
      break;
  }
  return "down";
}

std::string_view name_of(WritePolicy policy) noexcept {
  return policy == WritePolicy::strict ? "strict" : "best_effort";
}

std::string_view name_of(RemovalReason reason) noexcept {
  switch (reason) {
    case RemovalReason::expired:
      return "expired";
    case RemovalReason::evicted:
      return "evicted";
    case RemovalReason::removed:
      return "removed";
    case RemovalReason::replaced:
      return "replaced";
    case RemovalReason::cleared:
      break;
  }
  return "cleared";
}

}  // namespace nacre
