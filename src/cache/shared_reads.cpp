// Engine's reads that memory cannot answer and that load nothing: get, has, inspect.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/sequence_point.hpp"
#include "cache/engine.hpp"
#include "cache/shared_call.hpp"
#include "nacre/error.hpp"
#include "tier/freshness.hpp"

namespace nacre {

thread_local int SharedCallScope::depth_ = 0;

namespace detail {

namespace {

constexpr std::size_t max_bulk_keys = 10'000;

/// What one look-up brought: the entry and the tier it came from, or nothing usable.
struct Looked {
  Entry entry{};
  TierKind tier = TierKind::remote;
  bool is_found = false;
};

// `since` was taken before the tier was asked.
Looked take_reply(const Core& core, const KeyView& key, const Stamp& since, SharedReply reply) {
  const TimePoint now = core.clock->now();
  Looked looked{.entry = std::move(reply.entry)};
  if (reply.state == TierReply::State::skipped) {
    looked.tier = TierKind::memory;
    looked.is_found = core.find_in_memory(key, looked.entry);
    if (looked.is_found && !core.copies->is_young(looked.entry, now)) {
      make_outlived(looked.entry, now);
    }
  } else {
    looked.is_found = reply.state == TierReply::State::found;
  }
  const Freshness freshness = freshness_of(looked.entry.lifetime, now);
  if (freshness == Freshness::expired) looked.is_found = false;
  if (looked.is_found && looked.tier == TierKind::remote && reply.may_copy &&
      freshness == Freshness::fresh) {
    NACRE_SEQUENCE_POINT("find.before_near_store");
    looked.entry.stamp = {.stripe_count = reply.stripe_count, .epoch = since.epoch};
    looked.entry.is_unchecked = false;
    core.memory().store(key, looked.entry, StoreKind::fill, [](StoreReply) {});
  }
  return looked;
}

Found count_found(const Core& core, const Looked& looked, TierReply::State said) {
  if (!looked.is_found) {
    core.statistics->misses.add();
    if (said == TierReply::State::absent) core.statistics->remote_misses.add();
    return {};
  }
  Found found = found_of(looked.entry, looked.tier, core.clock->now());
  if (looked.tier == TierKind::memory) {
    core.statistics->count_hit(found.is_negative, found.is_stale);
  } else {
    core.statistics->misses.add();
    core.statistics->remote_hits.add();
  }
  return found;
}

}  // namespace

Deadline Engine::tier_deadline(const Namespace& space, std::string_view text) const {
  return Deadline::after(*core_->clock, rules(space)->resolve(text, {}).tier_timeout);
}

void Engine::look_far(const KeyView& view, std::function<void(Entry*, TierKind)> done) const {
  const auto key = std::make_shared<const OwnedKey>(view);
  core_->shared->find(key->view(), tier_deadline(*view.space, view.text),
                      for_shared([&core = *core_, key, since = core_->marks->stamp_of(view),
                                  done = std::move(done)](SharedReply reply) {
                        Looked looked = take_reply(core, key->view(), since, std::move(reply));
                        done(looked.is_found ? &looked.entry : nullptr, looked.tier);
                      }));
}

void Engine::find_far(const KeyView& view, FoundDone done) const {
  const auto key = std::make_shared<const OwnedKey>(view);
  core_->shared->find(key->view(), tier_deadline(*view.space, view.text),
                      for_shared([&core = *core_, key, since = core_->marks->stamp_of(view),
                                  done = std::move(done)](SharedReply reply) {
                        const TierReply::State said = reply.state;
                        const Looked looked =
                            take_reply(core, key->view(), since, std::move(reply));
                        done(count_found(core, looked, said));
                      }));
}

void Engine::find_many_later(const Namespace& space, std::span<const std::string_view> texts,
                             Then<std::vector<Found>> done) {
  if (texts.size() > max_bulk_keys) {
    throw Error(
        Errc::invalid_argument,
        fmt::format("there are {} keys: allowed are at most {}", texts.size(), max_bulk_keys),
        {{"field", "keys"}});
  }
  struct Batch {
    std::vector<Found> found{};
    std::vector<OwnedKey> keys{};  ///< that memory lacks
    std::vector<KeyView> views{};
    std::vector<Stamp> stamps{};
    std::vector<std::size_t> places{};  ///< of theirs in `found`
  };
  const auto batch = std::make_shared<Batch>();
  batch->found.resize(texts.size());
  for (std::size_t index = 0; index < texts.size(); ++index) {
    if (find_now(space, texts[index], batch->found[index])) continue;
    batch->keys.emplace_back(core_->key(space, texts[index]));
    batch->places.push_back(index);
  }
  if (batch->keys.empty()) return done(std::move(batch->found));
  for (const OwnedKey& key : batch->keys) {
    batch->views.push_back(key.view());
    batch->stamps.push_back(core_->marks->stamp_of(key.view()));
  }
  core_->shared->find_many(
      batch->views, tier_deadline(space, {}),
      for_shared([&core = *core_, batch, done = std::move(done)](std::vector<SharedReply> replies) {
        replies.resize(batch->keys.size());
        for (std::size_t index = 0; index < replies.size(); ++index) {
          const TierReply::State said = replies[index].state;
          const Looked looked = take_reply(core, batch->views[index], batch->stamps[index],
                                           std::move(replies[index]));
          batch->found[batch->places[index]] = count_found(core, looked, said);
        }
        done(std::move(batch->found));
      }));
}

bool Engine::look_near(const KeyView& key, Entry& entry) const {
  return core_->find_in_memory(key, entry) &&
         core_->trust_of(entry, core_->clock->coarse_now()) == CopyTrust::trusted;
}

void Engine::has_later(const Namespace& space, std::string_view text, Then<bool> done) const {
  check_key(text);
  const KeyView key = core_->key(space, text);
  Entry entry;
  if (look_near(key, entry) || !core_->shared) return done(static_cast<bool>(entry.value));
  look_far(key, [done = std::move(done)](const Entry* found, TierKind) {
    done(found != nullptr && !found->is_negative());
  });
}

void Engine::inspect_later(const Namespace& space, std::string_view text,
                           Then<std::optional<Inspection>> done) const {
  check_key(text);
  std::optional<Inspection> seen;
  core_->memory().list(space, {.key = std::string(text), .limit = 1},
                       [&seen](std::optional<KeyPage> page) {
                         if (page && !page->entries.empty())
                           seen = std::move(page->entries.front());
                       });
  if (seen || !core_->shared) return done(std::move(seen));
  look_far(core_->key(space, text), [&core = *core_, name = std::string(text),
                                     done = std::move(done)](const Entry* found, TierKind tier) {
    std::optional<Inspection> inspection;
    if (found != nullptr) {
      inspection = inspection_of(name, *found, tier, core.clock->now());
    }
    done(std::move(inspection));
  });
}

}  // namespace detail
}  // namespace nacre
