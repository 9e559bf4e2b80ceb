// Engine's invalidations: by key, tag, prefix, pattern and namespace; and looking at entries.
//
// The order is always the same (coherence/marks.hpp): first the mark, then the tier; and so for
// each tier, the farthest first. A load that copies an old value from a tier that comes later has a
// stamp from before the mark of the nearer one.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/glob.hpp"
#include "base/sequence_point.hpp"
#include "cache/engine.hpp"
#include "nacre/error.hpp"
#include "tier/freshness.hpp"

namespace nacre::detail {

namespace {

constexpr std::size_t max_keys_per_call = 10'000;
constexpr std::size_t max_list_limit = 1000;

template <class... F>
Overloaded<F...> overloaded(F... handlers) {
  return Overloaded<F...>{std::move(handlers)...};
}

[[noreturn]] void refuse(const char* field, const std::string& message) {
  throw Error(Errc::invalid_argument, message, {{"field", field}});
}

Glob parse_pattern(const std::string& pattern) {
  Parsed<Glob> glob = Glob::parse(pattern);
  if (!glob) refuse("pattern", "pattern " + glob.reason());
  return std::move(glob).value();
}

bool has_all_tags(const EntryNotes* notes, const std::vector<std::uint64_t>& tag_hashes) {
  return notes != nullptr &&
         std::all_of(tag_hashes.begin(), tag_hashes.end(), [notes](std::uint64_t tag) {
           return std::find(notes->tag_hashes.begin(), notes->tag_hashes.end(), tag) !=
                  notes->tag_hashes.end();
         });
}

bool has_all(std::span<const std::string> tags, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [tags](const std::string& tag) {
    return std::find(tags.begin(), tags.end(), tag) != tags.end();
  });
}

}  // namespace

bool Engine::change_key(const KeyView& key, Severity severity) {
  const auto kind = severity == Severity::remove ? Update::Kind::remove : Update::Kind::expire;
  bool was_present = false;
  for (std::size_t index = core_->tiers.size(); index-- > 0;) {
    core_->marks->touch(key);
    NACRE_SEQUENCE_POINT("invalidate.after_touch");
    const bool is_memory = index == 0;
    core_->tiers[index]->update(key, {.kind = kind},
                                is_memory
                                    ? UpdateDone([&was_present](bool was) { was_present = was; })
                                    : UpdateDone([](bool) {}));
  }
  return was_present;
}

void Engine::remove_later(const Namespace& space, std::string_view text, Then<bool> done) {
  check_key(text);
  core_->statistics->invalidations.add();
  const KeyView key = core_->key(space, text);
  if (!core_->shared) return done(change_key(key, Severity::remove));
  change_keys_far({OwnedKey(key)}, Severity::remove,
                  [done = std::move(done)](const Outcome<Count>& removed) {
                    removed ? done(removed.value() == 1) : done(removed.error());
                  });
}

void Engine::invalidate_later(const Namespace& space, const Selector& selector, Severity severity,
                              Then<Count> done) {
  std::visit(
      overloaded(
          [&](const KeySelector& keys) { invalidate_keys(space, keys, severity, std::move(done)); },
          [&](const TagSelector& tags) { invalidate_tags(space, tags, severity, std::move(done)); },
          [&](const PrefixSelector& chosen) {
            if (chosen.prefix.empty()) {
              refuse("prefix", "prefix is empty: clear() is for everything");
            }
            if (chosen.prefix.size() > max_key_bytes) refuse("prefix", "prefix is too long");
            const auto matches = [prefix = chosen.prefix](std::string_view key, const auto&) {
              return key.starts_with(prefix);
            };
            sweep({.space = &space, .matches = matches, .severity = severity},
                  {.literal_prefix = chosen.prefix, .matches = matches}, std::move(done));
          },
          [&](const PatternSelector& chosen) {
            const Glob glob = parse_pattern(chosen.pattern);
            const auto matches = [glob](std::string_view key, const auto&) {
              return glob.matches(key);
            };
            sweep({.space = &space, .matches = matches, .severity = severity},
                  {.literal_prefix = std::string(glob.literal_prefix()), .matches = matches},
                  std::move(done));
          }),
      selector);
  core_->statistics->invalidations.add();
}

void Engine::invalidate_keys(const Namespace& space, const KeySelector& selector, Severity severity,
                             Then<Count> done) {
  if (selector.keys.size() > max_keys_per_call) {
    refuse("keys", fmt::format("there are {} keys: allowed are at most {}", selector.keys.size(),
                               max_keys_per_call));
  }
  for (const std::string& key : selector.keys) check_key(key);
  if (core_->shared) {
    std::vector<OwnedKey> keys;
    keys.reserve(selector.keys.size());
    for (const std::string& key : selector.keys) keys.emplace_back(core_->key(space, key));
    return change_keys_far(std::move(keys), severity, std::move(done));
  }
  std::uint64_t count = 0;
  for (const std::string& key : selector.keys) {
    if (change_key(core_->key(space, key), severity)) ++count;
  }
  done(Count(count));
}

void Engine::invalidate_tags(const Namespace& space, const TagSelector& selector, Severity severity,
                             Then<Count> done) {
  if (selector.tags.empty() || selector.tags.size() > max_tags_per_entry_count) {
    refuse("tags", fmt::format("there are {} tags: allowed are 1 to {}", selector.tags.size(),
                               max_tags_per_entry_count));
  }
  std::vector<std::uint64_t> hashes;
  for (const std::string& tag : selector.tags) {
    check_tag(tag);
    hashes.push_back(hash_tag(space, tag, core_->seed));
  }
  if (selector.match == Match::all && hashes.size() > 1) {
    return sweep(
        {.space = &space,
         .matches = [hashes = std::move(hashes)](
                        std::string_view,
                        const EntryNotes* notes) { return has_all_tags(notes, hashes); },
         .severity = severity},
        {.looks_at_tags = true,
         .matches = [wanted = selector.tags](
                        std::string_view,
                        std::span<const std::string> tags) { return has_all(tags, wanted); }},
        std::move(done));
  }
  if (core_->shared) {
    return change_tags_far(space, selector.tags, std::move(hashes), severity, std::move(done));
  }
  core_->marks->mark_tags(space, hashes, severity, core_->clock->now());
  done(Count());
}

void Engine::sweep(Sweep sweep, SharedSweep far, Then<Count> done) {
  if (core_->shared) return sweep_far(std::move(sweep), std::move(far), std::move(done));
  std::uint64_t count = 0;
  for (std::size_t index = core_->tiers.size(); index-- > 0;) {
    core_->marks->mark_sweep(sweep);
    NACRE_SEQUENCE_POINT("invalidate.after_mark");
    const bool is_memory = index == 0;
    core_->tiers[index]->sweep(
        sweep, is_memory ? SweepDone([&count](std::uint64_t swept) { count = swept; })
                         : SweepDone([](std::uint64_t) {}));
  }
  done(Count(count));
}

void Engine::clear_later(const Namespace& space, Then<Done> done) {
  core_->statistics->invalidations.add();
  if (core_->shared) return clear_far(space, std::move(done));
  core_->marks->mark_space(space, Severity::remove, core_->clock->now());
  done(Done{});
}

std::vector<std::string> Engine::tags(const Namespace& space, std::string_view text) const {
  Entry entry;
  if (!core_->find_in_memory(core_->key(space, text), entry) || !entry.notes) return {};
  return entry.notes->tags;
}

KeyPage Engine::list(const Namespace& space, const KeyQuery& query) const {
  if (query.limit < 1 || query.limit > max_list_limit) {
    refuse("limit", fmt::format("limit is out of range: allowed are 1 to {}", max_list_limit));
  }
  if (query.prefix.size() > max_key_bytes) refuse("prefix", "prefix is too long");
  if (!query.pattern.empty()) parse_pattern(query.pattern);
  std::optional<KeyPage> page;
  core_->memory().list(space, query,
                       [&page](std::optional<KeyPage> said) { page = std::move(said); });
  if (!page) refuse("cursor", "cursor is not one that a page before has given");
  return std::move(*page);
}

void Engine::extend_later(const Namespace& space, std::string_view text,
                          std::optional<Duration> ttl, Then<bool> done) {
  check_key(text);
  constexpr Duration longest = std::chrono::hours(24 * 3653);
  check_options({.ttl = ttl});
  const KeyView key = core_->key(space, text);
  if (core_->shared) return extend_far(key, ttl.value_or(longest), std::move(done));
  bool was_present = false;
  const TimePoint until = saturating_add(core_->clock->now(), ttl.value_or(longest));
  core_->memory().update(key, {.kind = Update::Kind::extend, .fresh_until = until},
                         [&was_present](bool was) { was_present = was; });
  done(was_present);
}

}  // namespace nacre::detail
