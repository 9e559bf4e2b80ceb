#include "cache/loads.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/sequence_point.hpp"
#include "nacre/error.hpp"
#include "tier/freshness.hpp"

namespace nacre {

namespace {

Error saturated(const char* what) {
  return Error(Errc::saturated, std::string(what) + "; try again later");
}

}  // namespace

Loads::Loads(std::shared_ptr<const Core> core, FlightTable::Limits limits)
    : core_(std::move(core)), flights_(limits) {}

void Loads::outdate(const KeyView& key) {
  if (const FlightRef flight = flights_.find(key)) flight->claim.close();
}

bool Loads::is_backing_off(const KeyView& key, TimePoint now, const EntryNotes* notes) {
  const std::optional<Stamp> stamp = flights_.find_back_off(key, now);
  return stamp && core_->marks->judge_fill(key, *stamp, StoreKind::fill, notes) == Verdict::holds;
}

bool Loads::help(const KeyView& key) {
  const LoadFrame* frame = LoadFrame::innermost_running();
  if (frame == nullptr || frame->depth >= max_nested_loads) return false;
  const FlightRef flight = flights_.find(key);
  if (flight == nullptr) return false;
  // Another thread may be about to queue it: that takes a look into memory and tier_timeout at
  // most.
  flight->is_settled.wait(false);
  if (!flight->is_queued.exchange(false)) return false;
  call_loader(flight);
  return true;
}

void Loads::wait(const KeyView& key, const WaiterRef& waiter, const Event& arrived) {
  if (arrived.is_set()) return;
  const LoadWaits::Scope scope(waits_, *this, waiter);
  if (scope.closes_circle()) {
    leave(waiter, false,
          Error(Errc::load_failed,
                "the loader of this key waits for the one that asks for it: both would wait for "
                "each other",
                {{"field", "key"}}));
  }
  while (!arrived.is_set() && help(key)) {
  }
  arrived.wait();
}

bool Loads::is_loading_here(const KeyView& key) noexcept {
  for (const LoadFrame* frame = LoadFrame::innermost_running(); frame != nullptr;
       frame = frame->outer) {
    const OwnedKey& running = frame->flight->key;
    if (frame->flight->has_answered.load(std::memory_order_relaxed)) continue;
    if (running.space == key.space && running.text == key.text) return true;
  }
  return false;
}

Loads::FlightRef Loads::make_flight(const KeyView& key, detail::ErasedLoader loader, Policy policy,
                                    const Stamp& stamp) const {
  auto flight = std::make_shared<Flight>();
  flight->key = OwnedKey(key);
  flight->loader = std::move(loader);
  flight->policy = std::move(policy);
  flight->stamp = stamp;
  flight->started_at = core_->clock->now();
  flight->seen_loaded_at = TimePoint::min();
  flight->gate = gate_;
  flight->pass = gate_->try_enter();
  return flight;
}

Loads::WaiterRef Loads::load(const KeyView& key, detail::ErasedLoader loader, Policy policy,
                             SeenEntry seen, FoundDone done) {
  auto waiter = std::make_shared<Waiter>();
  waiter->key_hash = key.hash;
  waiter->done = std::move(done);
  waiter->loader = std::move(loader);
  waiter->policy = std::move(policy);
  if (seen.use == SeenEntry::Use::fallback) waiter->fallback = seen.entry;
  if (waiter->policy.stop.stop_requested()) {
    answer(*waiter, Error(Errc::load_failed, "the caller stopped waiting"));
    return waiter;
  }
  if (gate_->is_closed()) {
    answer(*waiter, Error(Errc::load_failed, "the cache is shutting down"));
    return waiter;
  }
  // What runs already began too early for this caller: it shall wait for what comes after it.
  if (waiter->policy.is_reload) core_->marks->touch(key);
  const Stamp stamp = core_->marks->stamp_of(key);
  NACRE_SEQUENCE_POINT("load.after_stamp");
  FlightTable::Joined joined = flights_.join(
      key, waiter, stamp, [&] { return make_flight(key, waiter->loader, waiter->policy, stamp); });
  switch (joined.result) {
    case FlightTable::Joining::saturated:
      core_->statistics->saturated.add();
      answer(*waiter, saturated("too many loads run, or too many callers wait for this one"));
      return waiter;
    case FlightTable::Joining::started:
      if (seen.entry) {
        joined.flight->has_unchecked_copy = seen.use == SeenEntry::Use::unchecked;
        joined.flight->has_stale_entry = !joined.flight->has_unchecked_copy;
        joined.flight->seen_loaded_at = seen.entry->lifetime.loaded_at;
        joined.flight->previous = std::move(seen.entry);
      }
      if (joined.supersedes_abandoned) {
        // The older load's value must not replace what this one brings.
        core_->marks->touch(key);
        joined.flight->stamp = core_->marks->stamp_of(key);
      }
      start(joined.flight);
      break;
    case FlightTable::Joining::joined:
      core_->statistics->joined_loads.add();
      break;
    case FlightTable::Joining::busy:
      break;
  }
  arm(waiter, joined.has_fallback);
  return waiter;
}

void Loads::refresh(const KeyView& key, detail::ErasedLoader loader, Policy policy, Entry seen) {
  if (gate_->is_closed()) return;
  const Stamp stamp = core_->marks->stamp_of(key);
  NACRE_SEQUENCE_POINT("load.after_stamp");
  FlightTable::Joined joined = flights_.join(key, nullptr, stamp, [&] {
    FlightRef flight = make_flight(key, std::move(loader), std::move(policy), stamp);
    flight->is_background = true;
    flight->context.is_background = true;
    return flight;
  });
  if (joined.result == FlightTable::Joining::saturated) core_->statistics->saturated.add();
  if (joined.result != FlightTable::Joining::started) return;
  core_->statistics->refreshes.add();
  joined.flight->has_stale_entry = true;
  joined.flight->wants_news = core_->clock->now() < seen.lifetime.fresh_until;
  joined.flight->seen_loaded_at = seen.lifetime.loaded_at;
  joined.flight->previous = std::move(seen);
  start(joined.flight);
}

std::function<void()> Loads::leave_later(const WaiterRef& waiter, bool keeps_running, Errc code,
                                         const char* reason) {
  return
      [self = weak_from_this(), weak = std::weak_ptr<Waiter>(waiter), keeps_running, code, reason] {
        const auto loads = self.lock();
        const auto leaving = weak.lock();
        if (loads && leaving) loads->leave(leaving, keeps_running, Error(code, reason));
      };
}

void Loads::arm(const WaiterRef& waiter, bool has_fallback) {
  if (waiter->is_answered) return;
  const Policy& policy = waiter->policy;
  if (policy.timeout) {
    const auto gave_up = leave_later(waiter, false, Errc::load_timeout,
                                     "the load took longer than the timeout of this call");
    if (*policy.timeout <= Duration(0)) {
      gave_up();
    } else {
      waiter->deadline_timer =
          core_->clock->call_at(saturating_add(core_->clock->now(), *policy.timeout), gave_up);
    }
  }
  if (has_fallback) arm_soft(waiter);
  if (policy.stop.stop_possible()) {
    waiter->on_stop.emplace(
        policy.stop, leave_later(waiter, false, Errc::load_failed, "the caller stopped waiting"));
  }
  // The answer came before the timer was known to it.
  if (waiter->is_answered) core_->clock->cancel(waiter->deadline_timer.exchange(TimerId{}));
}

void Loads::arm_soft(const WaiterRef& waiter) {
  waiter->soft_timer =
      core_->clock->call_at(saturating_add(core_->clock->now(), waiter->policy.soft_load_timeout),
                            leave_later(waiter, true, Errc::load_timeout, "the load is slow"));
  if (waiter->is_answered) core_->clock->cancel(waiter->soft_timer.exchange(TimerId{}));
}

void Loads::answer(Waiter& waiter, const Outcome<detail::Found>& outcome) const {
  waiter.is_answered = true;
  core_->clock->cancel(waiter.deadline_timer.exchange(TimerId{}));
  core_->clock->cancel(waiter.soft_timer.exchange(TimerId{}));
  if (!outcome && waiter.fallback) {
    const TimePoint now = core_->clock->now();
    if (freshness_of(waiter.fallback->lifetime, now) != Freshness::expired) {
      return tell(waiter, found_of(*waiter.fallback, waiter.fallback_tier, now));
    }
  }
  tell(waiter, outcome);
}

void Loads::tell(const Waiter& waiter, const Outcome<detail::Found>& outcome) const {
  if (outcome && outcome.value().provenance.tier == TierKind::remote) {
    core_->statistics->remote_hits.add();
  }
  // A callback must not throw. One that does must not cost the other waiters their answer.
  try {
    waiter.done(outcome);
  } catch (const std::exception& failure) {
    core_->log.error("callback.threw", "a callback of a read threw: {}", failure.what());
  } catch (...) {
    core_->log.error("callback.threw", "a callback of a read threw no std::exception");
  }
}

void Loads::leave(const WaiterRef& waiter, bool keeps_running, const Error& otherwise) {
  const FlightTable::Left left = flights_.leave(*waiter, keeps_running);
  if (left.result == FlightTable::Leaving::gone) return;
  answer(*waiter, otherwise);
  if (left.result == FlightTable::Leaving::left_last) left.flight->stop.request_stop();
}

void Loads::start(const FlightRef& flight) {
  // The gate was closed after the caller had looked.
  if (!flight->pass) return end(flight, Error(Errc::load_failed, "the cache is shutting down"));
  arm_hard_timeout(flight);
  look_again(flight);
}

void Loads::look_again(const FlightRef& flight) {
  if (flight->policy.is_reload) return core_->shared ? claim_shared(flight) : run_loader(flight);
  // A load of this key may have ended between the look into memory and here.
  NACRE_SEQUENCE_POINT("load.before_second_look");
  const KeyView key = flight->key.view();
  Entry entry;
  const TimePoint now = core_->clock->now();
  if (core_->find_in_memory(key, entry) && core_->trust_of(entry, now) == CopyTrust::trusted &&
      (flight->has_unchecked_copy || entry.lifetime.loaded_at > flight->seen_loaded_at) &&
      freshness_of(entry.lifetime, now) == Freshness::fresh) {
    return end(flight, found_of(entry, TierKind::memory, now), entry.notes.get());
  }
  if (core_->shared) return ask_shared(flight);
  ask_tier(flight, 1);
}

void Loads::ask_tier(const FlightRef& flight, std::size_t tier_index) {
  if (tier_index >= core_->tiers.size()) return run_loader(flight);
  TierReply reply;
  const bool is_here = core_->tiers[tier_index]->find(
      flight->key.view(), Deadline::after(*core_->clock, flight->policy.tier_timeout), reply,
      [self = weak_from_this(), flight, tier_index](TierReply later) {
        if (const auto loads = self.lock()) {
          loads->take_tier_reply(flight, tier_index, std::move(later));
        }
      });
  if (is_here) take_tier_reply(flight, tier_index, std::move(reply));
}

void Loads::take_tier_reply(const FlightRef& flight, std::size_t tier_index, TierReply reply) {
  if (reply.state == TierReply::State::found) {
    const TimePoint now = core_->clock->now();
    Entry& entry = reply.entry;
    if (freshness_of(entry.lifetime, now) == Freshness::fresh) {
      entry.stamp = flight->stamp;
      const NotesRef notes = entry.notes;
      const detail::Found found = found_of(entry, core_->tiers[tier_index]->kind(), now);
      for (std::size_t nearer = 0; nearer < tier_index; ++nearer) {
        core_->tiers[nearer]->store(flight->key.view(), entry, StoreKind::fill, [](StoreReply) {});
      }
      return end(flight, found, notes.get());
    }
    if (!flight->previous) flight->previous = std::move(entry);
  }
  ask_tier(flight, tier_index + 1);
}

void Loads::run_loader(const FlightRef& flight) {
  if (!flight->loader.may_block) return call_loader(flight);
  const LoadFrame* frame = flight->is_background ? nullptr : LoadFrame::innermost_running();
  if (frame != nullptr) {
    // On a thread that runs a loader: the pool may be full of loaders that wait like this one.
    if (frame->depth < max_nested_loads) return call_loader(flight);
    return fail(flight, Error(Errc::load_failed, "loaders ask for other keys too deeply"));
  }
  flight->is_queued = true;
  flight->settle();
  const bool is_taken = core_->executor->try_post([self = weak_from_this(), flight] {
    const auto loads = self.lock();
    if (loads && flight->is_queued.exchange(false)) loads->call_loader(flight);
  });
  if (!is_taken && flight->is_queued.exchange(false)) {
    core_->statistics->saturated.add();
    fail(flight, saturated("too many loads wait for a thread"));
  }
}

void Loads::call_loader(const FlightRef& flight) {
  flight->settle();
  if (flight->stop.stop_requested()) {
    // Everybody left, or its time was up, while it waited for a thread or a tier.
    return fail(flight, Error(Errc::load_failed, gate_->is_closed()
                                                     ? "the cache is shutting down"
                                                     : "nobody waited for the load any more"));
  }
  core_->statistics->loads.add();
  LoadContext& context = flight->context;
  context.key = flight->key.text;
  context.stop = flight->stop.get_token();
  context.deadline = Deadline(saturating_add(flight->started_at, flight->policy.load_timeout));
  if (flight->previous) {
    context.previous = flight->previous->value;
    if (flight->previous->notes) context.validators = flight->previous->notes->validators;
  }
  // Moved out, so that what the loader holds goes when it has run, not when the flight goes.
  const auto begin = std::move(flight->loader.start);
  const LoadScope scope(*this, *flight);
  try {
    begin(context, [self = weak_from_this(), flight](Outcome<detail::LoadAnswer> outcome) {
      if (const auto loads = self.lock()) loads->take_outcome(flight, std::move(outcome));
    });
  } catch (...) {
    // Its completion went with the exception, and has answered.
    core_->log.warning("load.threw", {{"key", loggable_key(context.key)}}, "a load threw: {}",
                       detail::current_load_error().what());
  }
}

void Loads::arm_hard_timeout(const FlightRef& flight) {
  flight->hard_timer =
      core_->clock->call_at(saturating_add(flight->started_at, flight->policy.load_timeout),
                            [self = weak_from_this(), weak = std::weak_ptr<Flight>(flight)] {
                              const auto loads = self.lock();
                              const auto late = weak.lock();
                              if (loads && late) loads->time_out(late);
                            });
}

void Loads::time_out(const FlightRef& flight) {
  const auto waiters = flights_.abandon(flight);
  if (!waiters) return;
  core_->statistics->load_failures.add();
  core_->log.warning("load.timeout", {{"key", loggable_key(flight->key.text)}},
                     "a load took longer than load_timeout");
  back_off(*flight);
  flight->settle();
  flight->stop.request_stop();
  flight->claim.close();
  const Error error(Errc::load_timeout, "the load took longer than load_timeout");
  for (const WaiterRef& waiter : *waiters) answer(*waiter, error);
}

void Loads::close() {
  gate_->close();
  for (const FlightRef& flight : flights_.running()) flight->stop.request_stop();
}

bool Loads::wait_idle(Deadline deadline) {
  return gate_->wait_idle(*core_->clock, deadline);
}

void Loads::fail_all() {
  const Error error(Errc::load_failed, "the cache has been shut down");
  for (const FlightRef& flight : flights_.running()) {
    const auto waiters = flights_.abandon(flight);
    if (!waiters) continue;
    core_->clock->cancel(flight->hard_timer.exchange(TimerId{}));
    flight->claim.close();
    for (const WaiterRef& waiter : *waiters) answer(*waiter, error);
  }
}

}  // namespace nacre
