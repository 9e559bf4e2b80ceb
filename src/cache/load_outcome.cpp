// What becomes of a load: the second half of Loads, from the loader's answer to the waiters.
#include <utility>

#include "base/sequence_point.hpp"
#include "cache/loads.hpp"
#include "nacre/error.hpp"
#include "tier/freshness.hpp"

namespace nacre {

namespace {

/// Loads that follow one another on the stack of one thread, each begun by the end of the one
/// before. The next begins on a thread of the executor.
constexpr int max_successors_deep = 16;

// Thread-local because it bounds the depth of this thread's stack.
thread_local int successors_deep = 0;

}  // namespace

void Loads::note_load_time(Duration took) {
  const Duration::rep before = usual_load_ns_.load(std::memory_order_relaxed);
  // Relaxed, and two loads that end together may lose one: it is an average.
  usual_load_ns_.store(before == 0 ? took.count() : before + (took.count() - before) / 8,
                       std::memory_order_relaxed);
}

void Loads::take_outcome(const FlightRef& flight, Outcome<detail::LoadAnswer> outcome) {
  flight->has_answered = true;
  const Duration took = core_->clock->now() - flight->started_at;
  core_->statistics->load_latency.record(took);
  if (!outcome) return fail(flight, outcome.error());
  note_load_time(took);
  try {
    take_answer(flight, std::move(outcome).value());
  } catch (...) {
    fail(flight, detail::current_load_error());
  }
}

void Loads::take_answer(const FlightRef& flight, detail::LoadAnswer answer) {
  using Kind = detail::LoadAnswer::Kind;
  Policy policy = adapt(flight->policy, answer.options);
  Entry entry{.stamp = flight->stamp};
  if (answer.kind == Kind::not_modified) {
    if (!flight->previous || flight->previous->is_negative()) {
      throw Error(Errc::load_failed, "the loader said not modified, but there was no value before");
    }
    entry.value = flight->previous->value;
    if (const EntryNotes* notes = flight->previous->notes.get()) {
      if (answer.validators.empty()) answer.validators = notes->validators;
      policy = adapt(policy, Options{.tags = notes->tags});
    }
  } else if (answer.kind == Kind::value) {
    entry.value = std::move(answer.value);
    if (!entry.value) throw Error(Errc::load_failed, "the loader gave an empty value");
  }
  entry.lifetime = lifetime_of(policy, entry.is_negative(), flight->started_at, core_->clock->now(),
                               *core_->random);
  entry.notes = core_->notes_of(*flight->key.space, policy, std::move(answer.validators));
  keep(flight, std::move(entry), TierKind::origin);
}

void Loads::keep(const FlightRef& flight, Entry entry, TierKind from) {
  const detail::Found found = found_of(entry, from, core_->clock->now());
  const NotesRef notes = entry.notes;
  detail::Found given = found;
  given.is_stale = false;  // a ttl of next to nothing does not make what was just loaded stale
  if (entry.value.payload_bytes() > core_->max_value_bytes) {
    core_->log.warning("load.too_large", {{"key", loggable_key(flight->key.text)}},
                       "a loaded value of {} bytes is larger than max_value_bytes: not stored",
                       entry.value.payload_bytes());
    return end(flight, given, notes.get());
  }
  NACRE_SEQUENCE_POINT("load.before_store");
  if (core_->shared) return fill_shared(flight, std::move(entry), given);
  StoreReply reply = StoreReply::skipped;
  core_->memory().store(flight->key.view(), entry, StoreKind::fill,
                        [&reply](StoreReply said) { reply = said; });
  for (std::size_t index = 1; index < core_->tiers.size(); ++index) {
    core_->tiers[index]->store(flight->key.view(), entry, StoreKind::fill, [](StoreReply) {});
  }
  NACRE_SEQUENCE_POINT("load.after_store");
  if (reply == StoreReply::outdated) core_->statistics->dropped_fills.add();
  end(flight, given, notes.get());
}

void Loads::fail(const FlightRef& flight, const Error& error) {
  // What nobody waited for any more was told to stop, and did.
  const bool was_cancelled = flight->stop.stop_requested();
  if (core_->shared) fail_claim(*flight, error, was_cancelled);
  if (!was_cancelled) {
    core_->statistics->load_failures.add();
    core_->log.warning("load.failed", {{"key", loggable_key(flight->key.text)}},
                       "a load failed: {}", error.what());
    back_off(*flight);
  }
  end(flight, error);
}

void Loads::back_off(const Flight& flight) {
  if (!flight.has_stale_entry || flight.policy.error_backoff <= Duration(0)) return;
  const KeyView key = flight.key.view();
  flights_.back_off(key, core_->marks->stamp_of(key),
                    saturating_add(core_->clock->now(), flight.policy.error_backoff));
}

void Loads::end(const FlightRef& flight, const Outcome<detail::Found>& outcome,
                const EntryNotes* notes) {
  core_->clock->cancel(flight->hard_timer.exchange(TimerId{}));
  flight->settle();
  if (core_->shared) flight->claim.close();
  const KeyView key = flight->key.view();
  const bool is_closed = gate_->is_closed();
  std::optional<Verdict> verdict;  // all who wait had joined when the first of them is asked
  const auto wants_rerun = [&](const Waiter& waiter) {
    if (is_closed) return false;
    if (!outcome) return waiter.joined_cancelled;
    // A load that was not a reload may have found what it gives instead of loading it.
    if (waiter.policy.is_reload && !flight->policy.is_reload) return true;
    // It joined when something had been invalidated that this load may not have seen.
    if (waiter.joined_at == flight->stamp) return false;
    if (!verdict) {
      verdict = core_->marks->judge_fill(key, flight->stamp, StoreKind::fill, notes);
    }
    return *verdict != Verdict::holds;
  };
  FlightTable::Ended ended = flights_.end(flight, wants_rerun, [&](const Waiter& first) {
    return make_flight(key, first.loader, first.policy, core_->marks->stamp_of(key));
  });
  for (const WaiterRef& waiter : ended.answered) answer(*waiter, outcome);
  flight->pass.leave();
  if (ended.successor) start_successor(ended.successor);
}

void Loads::start_successor(const FlightRef& flight) {
  if (successors_deep < max_successors_deep) {
    ++successors_deep;
    start(flight);
    --successors_deep;
    return;
  }
  arm_hard_timeout(flight);
  const bool is_taken = core_->executor->try_post([self = weak_from_this(), flight] {
    if (const auto loads = self.lock()) loads->look_again(flight);
  });
  if (is_taken) return;
  core_->statistics->saturated.add();
  end(flight, Error(Errc::saturated, "too many loads wait for a thread; try again later"));
}

}  // namespace nacre
