// Engine's writes, invalidations and extensions with a shared tier: it first, memory after it.
//
// Whatever changes a key closes the slot of its running load first (Loads::outdate): a change that
// does not reach the tier is kept there and repeated, but what the load brings must not be kept
// meanwhile. The marks are set before the tier is asked and again after it (coherence/marks.hpp).
#include <atomic>
#include <memory>
#include <utility>

#include "base/sequence_point.hpp"
#include "cache/engine.hpp"
#include "cache/shared_call.hpp"
#include "nacre/error.hpp"
#include "tier/freshness.hpp"

namespace nacre::detail {

namespace {

void drop_near(const Core& core, const KeyView& key) {
  core.marks->touch(key);
  core.memory().update(key, {.kind = Update::Kind::remove}, [](bool) {});
}

bool change_near(const Core& core, const KeyView& key, Severity severity) {
  const auto kind = severity == Severity::remove ? Update::Kind::remove : Update::Kind::expire;
  bool was_present = false;
  core.marks->touch(key);
  core.memory().update(key, {.kind = kind}, [&was_present](bool was) { was_present = was; });
  return was_present;
}

Error unreached(const Core& core, const char* message) {
  const bool is_down = core.shared->status().state == SharedState::down;
  return {is_down ? Errc::connection_failed : Errc::command_timeout, message, {{"tier", "remote"}}};
}

Error unreached_change(const Core& core) {
  return unreached(core,
                   "the remote was not reached in time: the invalidation is kept, and repeated "
                   "until it has been");
}

// What was written, into memory. It must replace what is there or take it away: that is older.
void write_near(const Core& core, const KeyView& key, Entry entry, const SharedStored& stored) {
  const bool is_known = stored.reply == StoreReply::stored && stored.may_copy;
  if (is_known) entry.stamp.stripe_count = stored.stripe_count;
  entry.is_unchecked = is_known ? false : core.is_to_be_checked(stored.reply);
  NACRE_SEQUENCE_POINT("write.before_near");
  StoreReply reply = StoreReply::skipped;
  core.memory().store(key, std::move(entry), is_known ? StoreKind::fill : StoreKind::write,
                      [&reply](StoreReply said) { reply = said; });
  if (reply != StoreReply::stored) drop_near(core, key);
}

}  // namespace

/// Waits for several answers of the shared tier.
struct Engine::FarChange {
  std::vector<OwnedKey> keys{};
  Severity severity = Severity::remove;
  bool is_strict = false;
  bool was_far = false;  ///< of the only key; written before the first change is asked for
  std::atomic<std::size_t> waiting_count{0};
  std::atomic<bool> has_missed{false};
  Then<std::optional<std::uint64_t>> done{};
};

bool Engine::is_strict(const Policy& policy) noexcept {
  return policy.write_policy == WritePolicy::strict;
}

void Engine::write_far(const KeyView& view, Entry entry, const Policy& policy, Then<Done> done) {
  const auto key = std::make_shared<const OwnedKey>(view);
  const Deadline deadline = Deadline::after(*core_->clock, policy.tier_timeout);
  const bool strict = is_strict(policy);
  core_->marks->touch(view);
  loads_->outdate(view);
  entry.stamp = core_->marks->stamp_of(view);
  core_->shared->write(
      key->view(), entry, deadline, strict,
      for_shared([&core = *core_, key, entry, deadline, strict,
                  done = std::move(done)](const SharedStored& stored) {
        const KeyView written = key->view();
        switch (stored.reply) {
          case StoreReply::refused:
            // What was there before is older than what was just written: it must go.
            drop_near(core, written);
            return core.shared->change_key(
                written, Severity::remove, deadline, for_shared([&core, key, done](bool) {
                  drop_near(core, key->view());
                  done(Error(Errc::value_too_large, "the value is too large for the remote tier",
                             {{"field", "value"}}));
                }));
          case StoreReply::outdated:
            drop_near(core, written);
            return done(Done{});
          case StoreReply::skipped:
            if (!strict) break;
            drop_near(core, written);
            return done(unreached(core,
                                  "the remote was not reached in time: the value was not "
                                  "stored, or is not known to be"));
          case StoreReply::stored:
            break;
        }
        write_near(core, written, entry, stored);
        done(Done{});
      }));
}

void Engine::change_keys_far(std::vector<OwnedKey> keys, Severity severity,
                             Then<std::optional<std::uint64_t>> done) {
  if (keys.empty()) return done(std::optional<std::uint64_t>(0));
  const Policy policy = rules(*keys.front().space)->resolve(keys.front().text, {});
  auto change = std::make_shared<FarChange>();
  change->keys = std::move(keys);
  change->severity = severity;
  change->is_strict = is_strict(policy);
  change->done = std::move(done);
  const Deadline deadline = Deadline::after(*core_->clock, policy.tier_timeout);
  for (const OwnedKey& key : change->keys) {
    core_->marks->touch(key.view());
    loads_->outdate(key.view());
  }
  NACRE_SEQUENCE_POINT("invalidate.after_touch");
  Entry near;
  const KeyView first = change->keys.front().view();
  if (change->keys.size() > 1 || core_->find_in_memory(first, near)) {
    return ask_change(*core_, change, deadline);
  }
  // Who removes one key is told whether there was one.
  core_->shared->find(first, deadline,
                      for_shared([&core = *core_, change, deadline](const SharedReply& reply) {
                        change->was_far = reply.state == TierReply::State::found;
                        ask_change(core, change, deadline);
                      }));
}

void Engine::ask_change(const Core& core, const std::shared_ptr<FarChange>& change,
                        Deadline deadline) {
  change->waiting_count = change->keys.size();
  for (const OwnedKey& key : change->keys) {
    core.shared->change_key(key.view(), change->severity, deadline,
                            for_shared([&core, change](bool has_reached) {
                              if (!has_reached) change->has_missed = true;
                              if (--change->waiting_count == 0) finish_change(core, *change);
                            }));
  }
}

void Engine::finish_change(const Core& core, FarChange& change) {
  NACRE_SEQUENCE_POINT("invalidate.before_near");
  bool was_present = change.was_far;
  for (const OwnedKey& key : change.keys) {
    was_present = change_near(core, key.view(), change.severity) || was_present;
  }
  if (change.is_strict && change.has_missed) return change.done(unreached_change(core));
  // How many of several the tier had is not asked: it would have to send them all.
  if (change.keys.size() > 1) return change.done(std::optional<std::uint64_t>());
  change.done(std::optional<std::uint64_t>(was_present ? 1 : 0));
}

ReachedDone Engine::after_change(const Namespace& space, std::function<void()> near,
                                 Then<std::optional<std::uint64_t>> done) const {
  const bool strict = is_strict(rules(space)->resolve({}, {}));
  return for_shared(
      [&core = *core_, near = std::move(near), done = std::move(done), strict](bool has_reached) {
        NACRE_SEQUENCE_POINT("invalidate.before_near");
        near();
        if (strict && !has_reached) return done(unreached_change(core));
        done(std::optional<std::uint64_t>());
      });
}

void Engine::change_tags_far(const Namespace& space, const std::vector<std::string>& tags,
                             std::vector<std::uint64_t> hashes, Severity severity,
                             Then<std::optional<std::uint64_t>> done) {
  const auto names = std::make_shared<const std::vector<std::string>>(tags);
  const TimePoint now = core_->clock->now();
  core_->marks->mark_tags(space, hashes, severity, now);
  core_->shared->change_tags(
      space, *names, severity, tier_deadline(space, {}),
      after_change(
          space,
          [&core = *core_, &space, names, hashes = std::move(hashes), severity, now] {
            core.marks->mark_tags(space, hashes, severity, now);
          },
          std::move(done)));
}

void Engine::clear_far(const Namespace& space, Then<Done> done) {
  core_->marks->mark_space(space, Severity::remove, core_->clock->now());
  core_->shared->change_space(
      space, Severity::remove, tier_deadline(space, {}),
      after_change(
          space,
          [&core = *core_, &space] {
            core.marks->mark_space(space, Severity::remove, core.clock->now());
          },
          [done = std::move(done)](const Outcome<std::optional<std::uint64_t>>& changed) {
            changed ? done(Done{}) : done(changed.error());
          }));
}

void Engine::sweep_far(Sweep sweep, SharedSweep far, Then<std::optional<std::uint64_t>> done) {
  const Namespace& space = *sweep.space;
  far.space = sweep.space;
  far.severity = sweep.severity;
  core_->marks->mark_sweep(sweep);
  NACRE_SEQUENCE_POINT("invalidate.after_mark");
  core_->shared->sweep(std::move(far), after_change(
                                           space,
                                           [&core = *core_, sweep]() mutable {
                                             core.marks->mark_sweep(sweep);
                                             core.memory().sweep(sweep, [](std::uint64_t) {});
                                           },
                                           std::move(done)));
}

void Engine::extend_far(const KeyView& view, Duration ttl, Then<bool> done) {
  const auto key = std::make_shared<const OwnedKey>(view);
  core_->shared->extend(
      key->view(), ttl, tier_deadline(*view.space, view.text),
      for_shared([&core = *core_, key, ttl, done = std::move(done)](bool was_far) {
        const TimePoint until = saturating_add(core.clock->now(), ttl);
        bool was_near = false;
        core.memory().update(key->view(), {.kind = Update::Kind::extend, .fresh_until = until},
                             [&was_near](bool was) { was_near = was; });
        done(was_far || was_near);
      }));
}

}  // namespace nacre::detail
