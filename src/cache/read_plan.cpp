#include "cache/read_plan.hpp"

#include <algorithm>
#include <cmath>

#include "tier/freshness.hpp"

namespace nacre {

ReadStep plan_read(const ReadState& state, const Policy& policy) noexcept {
  if (state.entry == nullptr) return ReadStep::load;
  switch (freshness_of(state.entry->lifetime, state.now)) {
    case Freshness::fresh:
      return is_refresh_due(state, policy) ? ReadStep::answer_and_refresh : ReadStep::answer;
    case Freshness::revalidate:
      return state.is_backing_off ? ReadStep::answer : ReadStep::answer_and_refresh;
    case Freshness::on_error:
      return state.is_backing_off ? ReadStep::answer : ReadStep::load_with_fallback;
    case Freshness::expired:
      break;
  }
  return ReadStep::load;
}

bool is_refresh_due(const ReadState& state, const Policy& policy) noexcept {
  if (!policy.has_early_refresh() || state.is_backing_off) return false;
  const Lifetime& lifetime = state.entry->lifetime;
  const Duration remaining = lifetime.fresh_until - state.now;
  if (policy.refresh_ahead > 0) {
    const Duration ttl = lifetime.fresh_until - lifetime.loaded_at;
    const auto due_after = static_cast<double>(ttl.count()) * policy.refresh_ahead;
    if (static_cast<double>((state.now - lifetime.loaded_at).count()) >= due_after) return true;
  }
  if (policy.early_refresh_beta > 0) {
    const double early = -static_cast<double>(state.usual_load_time.count()) *
                         policy.early_refresh_beta * std::log(std::max(state.dice, 1e-300));
    return early >= static_cast<double>(remaining.count());
  }
  return false;
}

std::optional<TimePoint> slide(const Entry& entry, TimePoint now) noexcept {
  if (entry.is_negative() || !entry.notes) return std::nullopt;
  if (entry.notes->sliding_ttl <= Duration(0)) return std::nullopt;
  const EntryNotes& notes = *entry.notes;
  const TimePoint limit = saturating_add(entry.lifetime.loaded_at, notes.max_ttl);
  const TimePoint wanted = std::min(saturating_add(now, notes.sliding_ttl), limit);
  if (wanted - entry.lifetime.fresh_until <= notes.sliding_ttl / 16) return std::nullopt;
  return wanted;
}

}  // namespace nacre
