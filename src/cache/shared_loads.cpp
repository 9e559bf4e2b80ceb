// Loading with a shared tier: the part of Loads between memory and the loader, and the one between
// the loader's answer and memory.
//
// A load looks the key up, then asks for the claim to it; the claim is what makes it the only load
// of the fleet (P5) and what proves, when it is used up, that nothing was invalidated meanwhile
// (P1). A load without a claim, because the tier could not be asked, answers its waiters and leaves
// an unchecked copy in memory, never anything in the tier.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/sequence_point.hpp"
#include "cache/loads.hpp"
#include "cache/shared_call.hpp"
#include "nacre/error.hpp"
#include "tier/freshness.hpp"

namespace nacre {

namespace {

/// How long others leave alone what could not be loaded and has no stale value.
constexpr Duration longest_bare_back_off = std::chrono::seconds(1);

/// What a refresh wants is newer than what it was started for. Times that travel as durations are
/// off by a round trip, hence the sixteenth of the ttl.
bool is_news(const Flight& flight, const Entry& found) {
  if (!flight.wants_news || !flight.previous) return true;
  const Lifetime& seen = flight.previous->lifetime;
  const Duration ttl = seen.fresh_until - seen.loaded_at;
  return found.lifetime.fresh_until - seen.fresh_until > ttl / 16;
}

Deadline tier_deadline(const Core& core, const Flight& flight) {
  return Deadline::after(*core.clock, flight.policy.tier_timeout);
}

}  // namespace

void Loads::ask_shared(const FlightRef& flight) {
  core_->shared->find(flight->key.view(), tier_deadline(*core_, *flight),
                      for_shared([self = weak_from_this(), flight](SharedReply reply) {
                        if (const auto loads = self.lock()) {
                          loads->take_shared(flight, std::move(reply));
                        }
                      }));
}

void Loads::take_shared(const FlightRef& flight, SharedReply reply) {
  switch (reply.state) {
    case TierReply::State::skipped:
      return go_on_alone(flight);
    case TierReply::State::absent:
      core_->statistics->remote_misses.add();
      break;
    case TierReply::State::found:
      if (is_news(*flight, reply.entry) &&
          use_shared(flight, std::move(reply.entry), reply.may_copy, reply.stripe_count)) {
        return;
      }
      break;
  }
  claim_shared(flight);
}

// True when it has ended the flight.
bool Loads::use_shared(const FlightRef& flight, Entry entry, bool may_copy,
                       std::uint64_t copy_count) {
  const TimePoint now = core_->clock->now();
  const Freshness freshness = freshness_of(entry.lifetime, now);
  if (freshness == Freshness::expired) return false;
  entry.stamp = flight->stamp;
  entry.is_unchecked = false;
  if (may_copy) {
    entry.stamp.stripe_count = copy_count;
    core_->memory().store(flight->key.view(), entry, StoreKind::fill, [](StoreReply) {});
  }
  if (freshness == Freshness::fresh) {
    end(flight, found_of(entry, TierKind::remote, now), entry.notes.get());
    return true;
  }
  flight->previous = entry;
  return use_stale(flight, entry, TierKind::remote, entry.stamp);
}

// A stale entry that memory did not have before: served as the read path serves those it had. True
// when it has ended the flight.
bool Loads::use_stale(const FlightRef& flight, const Entry& entry, TierKind tier,
                      const Stamp& since) {
  const KeyView key = flight->key.view();
  const TimePoint now = core_->clock->now();
  // Before the marks are asked: who joins at this stamp has missed nothing either.
  const Stamp at = core_->marks->stamp_of(key);
  if (core_->marks->judge_fill(key, since, StoreKind::fill, entry.notes.get()) != Verdict::holds) {
    return false;
  }
  flight->has_stale_entry = true;
  if (is_backing_off(key, now, entry.notes.get())) {
    end(flight, found_of(entry, tier, now), entry.notes.get());
    return true;
  }
  if (freshness_of(entry.lifetime, now) == Freshness::revalidate) {
    const auto released = flights_.release(flight);
    if (!released.empty()) core_->statistics->refreshes.add();
    for (const WaiterRef& waiter : released) answer(*waiter, found_of(entry, tier, now));
    return false;
  }
  for (const WaiterRef& waiter : flights_.give_fallback(flight, entry, tier, at)) {
    if (waiter->policy.soft_load_timeout > Duration(0)) {
      arm_soft(waiter);
    } else {
      leave(waiter, true, Error(Errc::load_timeout, "the load is slow"));
    }
  }
  return false;
}

// The tier could not be asked: what memory has is believed while it is young, and else of use when
// the load fails.
void Loads::go_on_alone(const FlightRef& flight) {
  if (!flight->has_unchecked_copy) return run_loader(flight);
  const KeyView key = flight->key.view();
  const TimePoint now = core_->clock->now();
  const Stamp since = core_->marks->stamp_of(key);
  Entry entry;
  if (!core_->find_in_memory(key, entry)) return run_loader(flight);
  if (!core_->copies->is_young(entry, now)) make_outlived(entry, now);
  const Freshness freshness = freshness_of(entry.lifetime, now);
  if (freshness == Freshness::fresh) {
    return end(flight, found_of(entry, TierKind::memory, now), entry.notes.get());
  }
  if (freshness != Freshness::expired && use_stale(flight, entry, TierKind::memory, since)) return;
  run_loader(flight);
}

void Loads::claim_shared(const FlightRef& flight) {
  NACRE_SEQUENCE_POINT("load.before_claim");
  ++flight->claims_count;
  core_->shared->claim(
      flight->key.view(),
      {.tags = flight->policy.tags,
       .tier_timeout = flight->policy.tier_timeout,
       .deadline = Deadline(saturating_add(flight->started_at, flight->policy.load_timeout)),
       .stop = flight->stop.get_token(),
       .is_reload = flight->policy.is_reload || flight->wants_news},
      for_shared([self = weak_from_this(), flight](ClaimReply reply) {
        if (const auto loads = self.lock()) loads->take_claim(flight, std::move(reply));
      }));
}

void Loads::take_claim(const FlightRef& flight, ClaimReply reply) {
  using State = ClaimReply::State;
  if (reply.state == State::granted) {
    core_->statistics->claims_granted.add();
    // A slot that is closed gives the claim back: those who wait are answered, nothing is kept.
    flight->claim.put(std::move(reply.claim));
    return run_loader(flight);
  }
  if (reply.state == State::skipped) return run_loader(flight);
  core_->statistics->claims_answered.add();
  // The load that was waited for may have begun before the caller asked for a reload. The next one
  // cannot have.
  if (flight->policy.is_reload && flight->claims_count == 1) return claim_shared(flight);
  if (reply.state == State::failed) {
    back_off(*flight);
    return end(flight, reply.error
                           ? *reply.error
                           : Error(Errc::load_failed, "the load of another process failed"));
  }
  if (use_shared(flight, std::move(reply.entry), reply.may_copy, reply.stripe_count)) return;
  run_loader(flight);
}

void Loads::fill_shared(const FlightRef& flight, Entry entry, const detail::Found& given) {
  if (flight->claim.is_closed()) {
    core_->statistics->dropped_fills.add();
    return end(flight, given, entry.notes.get());
  }
  const std::unique_ptr<Claim> claim = flight->claim.take();
  if (!claim) return take_stored(flight, std::move(entry), given, {});
  claim->fill(
      entry, tier_deadline(*core_, *flight),
      for_shared([self = weak_from_this(), flight, entry, given](const SharedStored& stored) {
        if (const auto loads = self.lock()) {
          loads->take_stored(flight, entry, given, stored);
        }
      }));
}

void Loads::take_stored(const FlightRef& flight, Entry entry, const detail::Found& given,
                        const SharedStored& stored) {
  const NotesRef notes = entry.notes;
  NACRE_SEQUENCE_POINT("load.before_near_store");
  // An invalidation that has not reached the tier closes the slot only.
  if (stored.reply == StoreReply::outdated || flight->claim.is_closed()) {
    core_->statistics->dropped_fills.add();
    return end(flight, given, notes.get());
  }
  const bool is_known = stored.reply == StoreReply::stored && stored.may_copy;
  if (is_known) entry.stamp.stripe_count = stored.stripe_count;
  entry.is_unchecked = is_known ? false : core_->is_to_be_checked(stored.reply);
  store_near(flight, std::move(entry));
  end(flight, given, notes.get());
}

void Loads::store_near(const FlightRef& flight, Entry entry) {
  StoreReply reply = StoreReply::skipped;
  core_->memory().store(flight->key.view(), std::move(entry), StoreKind::fill,
                        [&reply](StoreReply said) { reply = said; });
  if (reply == StoreReply::outdated) core_->statistics->dropped_fills.add();
}

void Loads::fail_claim(Flight& flight, const Error& error, bool was_cancelled) {
  const std::unique_ptr<Claim> claim = flight.claim.take();
  if (!claim || was_cancelled) return;
  const Duration own = flight.policy.error_backoff;
  claim->fail(error, flight.has_stale_entry ? own : std::min(own, longest_bare_back_off));
}

}  // namespace nacre
