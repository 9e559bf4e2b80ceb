#include "cache/engine.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/event.hpp"
#include "base/text_units.hpp"
#include "cache/read_plan.hpp"
#include "cache/shared_call.hpp"
#include "nacre/error.hpp"
#include "tier/freshness.hpp"

namespace nacre::detail {

namespace {

/// How long the end of the last face waits for changes that have not reached the shared tier.
constexpr Duration longest_farewell = std::chrono::seconds(1);

constexpr std::uint64_t get_sample_every = 256;  // a power of two; keeps clock calls off most hits

/// True for one call in get_sample_every on each thread.
bool is_sampled() noexcept {
  // Thread-local, so that sampling costs no shared write.
  thread_local std::uint64_t calls_count = 0;
  return (++calls_count & (get_sample_every - 1)) == 0;
}

TierState state_of(SharedState state) noexcept {
  switch (state) {
    case SharedState::up:
      return TierState::up;
    case SharedState::degraded:
      return TierState::degraded;
    case SharedState::down:
      break;
  }
  return TierState::down;
}

void check_value(const Value& value, std::size_t max_value_bytes) {
  if (value.payload_bytes() <= max_value_bytes) return;
  throw Error(Errc::value_too_large,
              fmt::format("the value has {} bytes: allowed are at most {}", value.payload_bytes(),
                          max_value_bytes),
              {{"field", "value"}});
}

}  // namespace

Engine::Engine(std::shared_ptr<const Core> core, Options defaults, std::vector<PrefixRule> rules,
               Limits limits)
    : core_(std::move(core)),
      owns_executor_(limits.owns_executor),
      loads_(std::make_shared<Loads>(core_, limits.flights)) {
  set_defaults(std::move(defaults), std::move(rules));
  if (core_->shared) core_->shared->start(*core_->copies);
}

Engine::~Engine() {
  loads_->close();
  loads_->fail_all();
  if (core_->shared) end_shared();
  // The last face may go on a thread of the pool: in a loader, a callback or a listener. The pool
  // then ends by itself, when its last owner lets go.
  const bool may_wait = !core_->executor->is_own_thread() && !SharedCallScope::is_here();
  if (owns_executor_ && may_wait) core_->executor->stop();
}

void Engine::end_shared() {
  const auto end = [core = core_] {
    core->shared->shutdown(Deadline::after(*core->clock, longest_farewell));
  };
  if (!SharedCallScope::is_here()) return end();
  // The last face goes in a callback of the tier, which cannot wait for itself. The task owns what
  // it ends.
  if (!core_->executor->try_post(end)) {
    core_->log.error("remote.left", "no thread is left to end the connections to the remote");
  }
}

std::shared_ptr<const PolicyRules> Engine::rules(const Namespace& space) const {
  MutexLock lock(rules_mutex_);
  const auto own = namespace_rules_.find(space.id);
  return own == namespace_rules_.end() ? rules_ : own->second;
}

void Engine::set_defaults(Options defaults, std::vector<PrefixRule> rules) {
  auto fresh = std::make_shared<const PolicyRules>(std::move(defaults), std::move(rules));
  MutexLock lock(rules_mutex_);
  rules_ = std::move(fresh);
  update_early_refresh();
}

void Engine::set_namespace_defaults(const Namespace& space, Options defaults,
                                    std::vector<PrefixRule> rules) {
  auto fresh = std::make_shared<const PolicyRules>(std::move(defaults), std::move(rules));
  MutexLock lock(rules_mutex_);
  namespace_rules_[space.id] = std::move(fresh);
  update_early_refresh();
}

void Engine::update_early_refresh() {
  bool may_refresh = rules_->may_refresh_early();
  for (const auto& [id, rules] : namespace_rules_) {
    may_refresh = may_refresh || rules->may_refresh_early();
  }
  may_refresh_early_ = may_refresh;
}

bool Engine::look(const KeyView& key, Entry& entry, TimePoint now) {
  if (!core_->find_in_memory(key, entry)) return false;
  if (!entry.notes || entry.notes->sliding_ttl <= Duration(0)) return true;
  if (freshness_of(entry.lifetime, now) != Freshness::fresh) return true;
  if (core_->trust_of(entry, now) != CopyTrust::trusted) return true;
  if (const auto fresh_until = slide(entry, now)) {
    core_->memory().update(
        key, {.kind = Update::Kind::extend, .fresh_until = *fresh_until, .expected = entry.value},
        [](bool) {});
    entry.lifetime.fresh_until = *fresh_until;
  }
  return true;
}

bool Engine::find_now(const Namespace& space, std::string_view text, Found& found) {
  const bool is_timed = is_sampled();
  const TimePoint begin = is_timed ? core_->clock->now() : TimePoint();
  const KeyView key = core_->key(space, text);
  const TimePoint now = core_->clock->coarse_now();
  Entry entry;
  if (look(key, entry, now) && core_->trust_of(entry, now) == CopyTrust::trusted) {
    found = found_of(entry, TierKind::memory, now);
    core_->statistics->count_hit(found.is_negative, found.is_stale);
  } else {
    check_key(text);  // a key that is stored was checked then
    if (core_->shared) return false;
    core_->statistics->misses.add();
  }
  if (is_timed) core_->statistics->get_latency.record(core_->clock->now() - begin);
  return true;
}

void Engine::find_later(const Namespace& space, std::string_view text, FoundDone done) {
  Found found;
  if (find_now(space, text, found)) return done(std::move(found));
  find_far(core_->key(space, text), std::move(done));
}

bool Engine::find_fresh(const Namespace& space, std::string_view text, const Options& call,
                        Found& found) {
  if (may_refresh_early_.load(std::memory_order_relaxed) || asks_for_early_refresh(call) ||
      call.reload) {
    return false;
  }
  const bool is_timed = is_sampled();
  const TimePoint begin = is_timed ? core_->clock->now() : TimePoint();
  const KeyView key = core_->key(space, text);
  const TimePoint now = core_->clock->coarse_now();
  Entry entry;
  if (!look(key, entry, now) || now >= entry.lifetime.fresh_until ||
      core_->trust_of(entry, now) != CopyTrust::trusted) {
    return false;
  }
  found = found_of(entry, TierKind::memory, now);
  core_->statistics->count_hit(found.is_negative, found.is_stale);
  if (is_timed) core_->statistics->get_latency.record(core_->clock->now() - begin);
  return true;
}

std::shared_ptr<Waiter> Engine::read(const Namespace& space, std::string_view text,
                                     ErasedLoader loader, const Options& call, FoundDone done) {
  Policy policy;
  try {
    check_key(text);
    policy = rules(space)->resolve(text, call);
  } catch (const Error& error) {
    done(error);
    return nullptr;
  }
  const KeyView key = core_->key(space, text);
  const TimePoint now = core_->clock->coarse_now();
  Entry entry;
  const bool is_known = look(key, entry, now);
  const CopyTrust trust = is_known ? core_->trust_of(entry, now) : CopyTrust::trusted;
  if (trust == CopyTrust::outlived) make_outlived(entry, now);
  if (policy.is_reload || trust == CopyTrust::unchecked) {
    core_->statistics->misses.add();
    const auto use = policy.is_reload ? SeenEntry::Use::previous : SeenEntry::Use::unchecked;
    SeenEntry seen{.use = use};
    if (is_known) seen.entry = std::move(entry);
    return loads_->load(key, std::move(loader), std::move(policy), std::move(seen),
                        std::move(done));
  }
  ReadState state{.entry = is_known ? &entry : nullptr,
                  .now = now,
                  .usual_load_time = loads_->usual_load_time()};
  if (is_known && (now >= entry.lifetime.fresh_until || policy.has_early_refresh())) {
    state.is_backing_off = loads_->is_backing_off(key, core_->clock->now(), entry.notes.get());
    if (policy.early_refresh_beta > 0) state.dice = 1 - uniform01(*core_->random);
  }
  ReadStep step = plan_read(state, policy);
  if (step == ReadStep::load_with_fallback && policy.soft_load_timeout <= Duration(0)) {
    step = ReadStep::answer_and_refresh;
  }
  switch (step) {
    case ReadStep::answer:
    case ReadStep::answer_and_refresh: {
      const Found found = found_of(entry, TierKind::memory, now);
      core_->statistics->count_hit(found.is_negative, found.is_stale);
      if (step == ReadStep::answer_and_refresh) {
        loads_->refresh(key, std::move(loader), std::move(policy), std::move(entry));
      }
      done(found);
      return nullptr;
    }
    case ReadStep::load:
      core_->statistics->misses.add();
      return loads_->load(key, std::move(loader), std::move(policy), {}, std::move(done));
    case ReadStep::load_with_fallback:
      break;
  }
  return loads_->load(key, std::move(loader), std::move(policy),
                      {.entry = std::move(entry), .use = SeenEntry::Use::fallback},
                      [core = core_, done = std::move(done)](const Outcome<Found>& outcome) {
                        const bool is_stale = outcome && outcome.value().is_stale &&
                                              outcome.value().provenance.tier == TierKind::memory;
                        (is_stale ? core->statistics->stale_hits : core->statistics->misses).add();
                        done(outcome);
                      });
}

Found Engine::read_and_wait(const Namespace& space, std::string_view text, ErasedLoader loader,
                            const Options& call) {
  const KeyView key = core_->key(space, text);
  if (Loads::is_loading_here(key)) {
    throw Error(
        Errc::load_failed,
        "the loader of this key asked the cache for the same key, and would wait for itself",
        {{"field", "key"}});
  }
  struct Answer {
    std::optional<Outcome<Found>> outcome{};
    Event arrived{};
  };
  const auto answer = std::make_shared<Answer>();
  const auto waiter = read(space, text, std::move(loader), call, [answer](Outcome<Found> outcome) {
    answer->outcome.emplace(std::move(outcome));
    answer->arrived.set();
  });
  loads_->wait(key, waiter, answer->arrived);
  return std::move(*answer->outcome).value();
}

void Engine::write_many_later(const Namespace& space, std::vector<Item<Value>> items,
                              Then<Done> done) {
  for (const Item<Value>& item : items) {
    check_key(item.key);
    check_value(item.value, core_->max_value_bytes);
    rules(space)->resolve(item.key, item.options);
  }
  struct Batch {
    std::atomic<std::size_t> waiting_count{0};
    std::atomic<bool> has_failed{false};
    std::optional<Error> error{};  ///< written by who sets has_failed
    Then<Done> done{};
  };
  if (items.empty()) return done(Done{});
  const auto batch = std::make_shared<Batch>();
  batch->waiting_count = items.size();
  batch->done = std::move(done);
  const auto finish_one = [batch](const Outcome<Done>& stored) {
    if (!stored && !batch->has_failed.exchange(true)) batch->error = stored.error();
    if (--batch->waiting_count != 0) return;
    batch->error ? batch->done(*batch->error) : batch->done(Done{});
  };
  for (Item<Value>& item : items) {
    try {
      write_later(space, item.key, std::move(item.value), item.options, finish_one);
    } catch (const Error& error) {
      finish_one(error);
    }
  }
}

void Engine::write_later(const Namespace& space, std::string_view text, Value value,
                         const Options& call, Then<Done> done) {
  check_key(text);
  if (!value) {
    throw Error(Errc::invalid_argument, "the value is empty: use set_negative for what is absent",
                {{"field", "value"}});
  }
  check_value(value, core_->max_value_bytes);
  const Policy policy = rules(space)->resolve(text, call);
  const KeyView key = core_->key(space, text);
  const TimePoint now = core_->clock->now();
  store_write(key,
              {.value = std::move(value),
               .lifetime = lifetime_of(policy, false, now, now, *core_->random),
               .stamp = core_->marks->stamp_of(key),
               .notes = core_->notes_of(space, policy, {})},
              policy, std::move(done));
}

void Engine::write_negative_later(const Namespace& space, std::string_view text,
                                  const Options& call, Then<Done> done) {
  check_key(text);
  const Policy policy = rules(space)->resolve(text, call);
  if (policy.negative_ttl <= Duration(0)) {
    throw Error(Errc::invalid_argument,
                "negative_ttl is 0, so that nothing would be remembered: give one of 1ms or more",
                {{"field", "negative_ttl"}});
  }
  const KeyView key = core_->key(space, text);
  const TimePoint now = core_->clock->now();
  store_write(key,
              {.lifetime = lifetime_of(policy, true, now, now, *core_->random),
               .stamp = core_->marks->stamp_of(key),
               .notes = core_->notes_of(space, policy, {})},
              policy, std::move(done));
}

void Engine::store_write(const KeyView& key, Entry entry, const Policy& policy, Then<Done> done) {
  core_->statistics->writes.add();
  if (core_->shared) return write_far(key, std::move(entry), policy, std::move(done));
  StoreReply reply = StoreReply::skipped;
  // The farthest first: an old value that a load copies nearer then has a stamp from before the
  // write that follows.
  for (std::size_t index = core_->tiers.size(); index-- > 1;) {
    core_->tiers[index]->store(key, entry, StoreKind::write, [](StoreReply) {});
  }
  core_->memory().store(key, std::move(entry), StoreKind::write,
                        [&reply](StoreReply said) { reply = said; });
  if (reply == StoreReply::refused) {
    // What was there before is older than what was just written: it must go.
    change_key(key, Severity::remove);
    throw Error(Errc::value_too_large,
                "the value is too large for the memory tier: raise memory.max_bytes",
                {{"field", "value"}});
  }
  done(Done{});
}

void Engine::replace_decoded(const Namespace& space, std::string_view text, const Value& bytes,
                             const Value& object) {
  core_->memory().update(core_->key(space, text),
                         {.kind = Update::Kind::replace, .expected = bytes, .value = object},
                         [](bool) {});
}

CacheStats Engine::stats() const {
  CacheStats stats = core_->statistics->snapshot();
  const TierUsage usage = core_->memory().usage();
  stats.evicted = usage.evicted_count;
  stats.expired = usage.expired_count;
  stats.entries = usage.entries_count;
  stats.bytes = usage.bytes;
  stats.max_bytes = usage.max_bytes;
  stats.running_loads = loads_->running_count();
  return stats;
}

std::vector<TierStatus> Engine::tiers() const {
  std::vector<TierStatus> all;
  for (const auto& tier : core_->tiers) {
    all.push_back({.kind = tier->kind(), .name = std::string(name_of(tier->kind()))});
  }
  if (!core_->shared) return all;
  SharedStatus status = core_->shared->status();
  all.push_back({.kind = TierKind::remote,
                 .name = std::move(status.topology),
                 .state = state_of(status.state),
                 .since = status.since,
                 .latency = status.round_trip,
                 .tells_changes = status.tells_changes,
                 .pending_count = status.pending_count,
                 .dropped_count = status.dropped_count,
                 .last_error = std::move(status.last_error)});
  return all;
}

void Engine::shutdown(Duration timeout) {
  loads_->close();
  const Deadline deadline = Deadline::after(*core_->clock, timeout);
  const bool is_idle = loads_->wait_idle(deadline);
  if (core_->shared && !core_->shared->shutdown(deadline)) {
    core_->log.warning("remote.lost", "changes that had not reached the remote were lost");
  }
  if (is_idle) return;
  throw Error(
      Errc::shutdown_timeout,
      fmt::format("{} loads did not end in {}", loads_->running_count(), format_duration(timeout)));
}

}  // namespace nacre::detail
