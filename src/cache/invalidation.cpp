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

bool Engine::remove(const Namespace& space, std::string_view text) {
  check_key(text);
  core_->statistics->invalidations.add();
  return change_key(core_->key(space, text), Severity::remove);
}

std::optional<std::uint64_t> Engine::invalidate(const Namespace& space, const Selector& selector,
                                                Severity severity) {
  const auto count = std::visit(
      overloaded([&](const KeySelector& keys) { return invalidate_keys(space, keys, severity); },
                 [&](const TagSelector& tags) { return invalidate_tags(space, tags, severity); },
                 [&](const PrefixSelector& chosen) -> std::optional<std::uint64_t> {
                   if (chosen.prefix.empty())
                     refuse("prefix", "prefix is empty: clear() is for everything");
                   if (chosen.prefix.size() > max_key_bytes) refuse("prefix", "prefix is too long");
                   return sweep(
                       {.space = &space,
                        .matches = [prefix = chosen.prefix](
                                       std::string_view key,
                                       const EntryNotes*) { return key.starts_with(prefix); },
                        .severity = severity});
                 },
                 [&](const PatternSelector& chosen) -> std::optional<std::uint64_t> {
                   return sweep({.space = &space,
                                 .matches = [glob = parse_pattern(chosen.pattern)](
                                                std::string_view key,
                                                const EntryNotes*) { return glob.matches(key); },
                                 .severity = severity});
                 }),
      selector);
  core_->statistics->invalidations.add();
  return count;
}

std::optional<std::uint64_t> Engine::invalidate_keys(const Namespace& space,
                                                     const KeySelector& selector,
                                                     Severity severity) {
  if (selector.keys.size() > max_keys_per_call) {
    refuse("keys", fmt::format("there are {} keys: allowed are at most {}", selector.keys.size(),
                               max_keys_per_call));
  }
  for (const std::string& key : selector.keys) check_key(key);
  std::uint64_t count = 0;
  for (const std::string& key : selector.keys) {
    if (change_key(core_->key(space, key), severity)) ++count;
  }
  return count;
}

std::optional<std::uint64_t> Engine::invalidate_tags(const Namespace& space,
                                                     const TagSelector& selector,
                                                     Severity severity) {
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
    return sweep({.space = &space,
                  .matches = [hashes = std::move(hashes)](
                                 std::string_view,
                                 const EntryNotes* notes) { return has_all_tags(notes, hashes); },
                  .severity = severity});
  }
  core_->marks->mark_tags(space, hashes, severity, core_->clock->now());
  return std::nullopt;
}

std::uint64_t Engine::sweep(Sweep sweep) {
  std::uint64_t count = 0;
  for (std::size_t index = core_->tiers.size(); index-- > 0;) {
    core_->marks->mark_sweep(sweep);
    NACRE_SEQUENCE_POINT("invalidate.after_mark");
    const bool is_memory = index == 0;
    core_->tiers[index]->sweep(
        sweep, is_memory ? SweepDone([&count](std::uint64_t swept) { count = swept; })
                         : SweepDone([](std::uint64_t) {}));
  }
  return count;
}

void Engine::clear(const Namespace& space) {
  core_->statistics->invalidations.add();
  core_->marks->mark_space(space, Severity::remove, core_->clock->now());
}

bool Engine::has(const Namespace& space, std::string_view text) const {
  check_key(text);
  Entry entry;
  return core_->find_in_memory(core_->key(space, text), entry) && !entry.is_negative();
}

std::optional<Inspection> Engine::inspect(const Namespace& space, std::string_view text) const {
  check_key(text);
  std::optional<Inspection> seen;
  core_->memory().list(space, {.key = std::string(text), .limit = 1},
                       [&seen](std::optional<KeyPage> page) {
                         if (page && !page->entries.empty())
                           seen = std::move(page->entries.front());
                       });
  return seen;
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

bool Engine::extend(const Namespace& space, std::string_view text, std::optional<Duration> ttl) {
  check_key(text);
  constexpr Duration longest = std::chrono::hours(24 * 3653);
  check_options({.ttl = ttl});
  bool was_present = false;
  const KeyView key = core_->key(space, text);
  const TimePoint until = saturating_add(core_->clock->now(), ttl.value_or(longest));
  core_->memory().update(key, {.kind = Update::Kind::extend, .fresh_until = until},
                         [&was_present](bool was) { was_present = was; });
  return was_present;
}

}  // namespace nacre::detail
