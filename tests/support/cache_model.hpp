// What a cache should hold and answer, as plainly as it can be said: a map with times, a list of
// what was invalidated, and the loads that run.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "nacre/clock.hpp"
#include "tier/stamp.hpp"

namespace nacre::test {

/// The options that the model knows.
struct ModelOptions {
  Duration ttl{};
  Duration stale_while_revalidate{};
  Duration stale_if_error{};
  Duration negative_ttl{};
  std::set<std::string> tags{};
};

struct ModelEntry {
  std::optional<std::string> value{};  ///< nullopt: known not to exist
  TimePoint loaded_at{};
  TimePoint fresh_until{};
  Duration stale_while_revalidate{};
  Duration stale_if_error{};
  std::set<std::string> tags{};

  bool is_fresh(TimePoint now) const { return now < fresh_until; }
  bool is_revalidated(TimePoint now) const { return now < fresh_until + stale_while_revalidate; }
  bool is_usable(TimePoint now) const {
    return now < fresh_until + std::max(stale_while_revalidate, stale_if_error);
  }
};

/// What a read is told.
struct ModelAnswer {
  enum class Kind { fresh, stale, negative, error } kind = Kind::error;
  std::string value{};
  friend bool operator==(const ModelAnswer&, const ModelAnswer&) = default;
};

/// One key of one namespace.
using ModelKey = std::pair<std::string, std::string>;

/// What a loader may answer.
struct ModelLoaded {
  enum class Kind { value, absent, fail, not_modified } kind = Kind::value;
  std::string value{};
};

class CacheModel {
 public:
  explicit CacheModel(TimePoint now) : now_(now) {}

  void advance(Duration step) { now_ += step; }

  /// What is there for `key` now, or nullptr.
  const ModelEntry* find(const ModelKey& key) const {
    const auto found = entries_.find(key);
    return found != entries_.end() && found->second.is_usable(now_) ? &found->second : nullptr;
  }

  TimePoint now() const { return now_; }

  void set(const ModelKey& key, std::optional<std::string> value, const ModelOptions& options) {
    happen({.is_touch = true, .means = only(key)});
    entries_[key] = entry_of(std::move(value), options, now_);
  }

  /// Removes or expires the usable entries for which `means` is true; tells how many there were.
  /// A touch outdates loads of its keys whatever they are told to do with the entries.
  using Meant = std::function<bool(const ModelKey&, const std::set<std::string>& tags)>;
  std::uint64_t invalidate(const Meant& means, Severity severity, bool is_touch) {
    happen({.is_touch = is_touch, .severity = severity, .means = means});
    std::uint64_t count = 0;
    for (auto slot = entries_.begin(); slot != entries_.end();) {
      ModelEntry& entry = slot->second;
      if (!means(slot->first, entry.tags)) {
        ++slot;
        continue;
      }
      if (entry.is_usable(now_)) ++count;
      if (severity == Severity::remove) {
        slot = entries_.erase(slot);
        continue;
      }
      expire(entry);
      ++slot;
    }
    return count;
  }

  bool extend(const ModelKey& key, Duration ttl) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || !found->second.is_usable(now_)) return false;
    found->second.fresh_until = now_ + ttl;
    return true;
  }

  /// A read through. The answer appears in what is returned, at once or when the load has ended.
  std::shared_ptr<std::optional<ModelAnswer>> read(const ModelKey& key,
                                                   const ModelOptions& options) {
    auto answer = std::make_shared<std::optional<ModelAnswer>>();
    const ModelEntry* entry = find(key);
    if (entry != nullptr && entry->is_revalidated(now_)) {
      *answer = told(*entry);
      if (!entry->is_fresh(now_) && !flights_.contains(key)) {
        begin(key, {.options = options, .previous = *entry});
      }
      return answer;
    }
    Waiter waiter{.options = options, .answer = answer, .joined_at = happened_.size()};
    if (entry != nullptr) waiter.fallback = *entry;
    const auto running = flights_.find(key);
    if (running != flights_.end()) {
      running->second.waiters.push_back(std::move(waiter));
    } else {
      Flight flight{.options = options, .previous = waiter.fallback};
      flight.waiters.push_back(std::move(waiter));
      begin(key, std::move(flight));
    }
    return answer;
  }

  /// The keys whose loaders have been asked and have not answered, in the order of asking.
  const std::vector<ModelKey>& asked() const { return asked_; }

  /// The loader of asked()[index] answers.
  void answer(std::size_t index, const ModelLoaded& loaded) {
    const ModelKey key = asked_[index];
    asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(index));
    Flight flight = std::move(flights_.at(key));
    flights_.erase(key);
    std::optional<ModelEntry> entry;
    if (loaded.kind == ModelLoaded::Kind::value) {
      entry = entry_of(loaded.value, flight.options, flight.began_at);
    } else if (loaded.kind == ModelLoaded::Kind::absent) {
      entry = entry_of(std::nullopt, flight.options, flight.began_at);
    } else if (loaded.kind == ModelLoaded::Kind::not_modified && flight.previous &&
               flight.previous->value) {
      ModelOptions options = flight.options;
      options.tags.insert(flight.previous->tags.begin(), flight.previous->tags.end());
      entry = entry_of(flight.previous->value, options, flight.began_at);
    }
    if (!entry) return fail(flight);
    const ModelAnswer answer = entry->value ? ModelAnswer{ModelAnswer::Kind::fresh, *entry->value}
                                            : ModelAnswer{ModelAnswer::Kind::negative, ""};
    keep(key, flight, std::move(*entry), answer);
  }

 private:
  struct Happening {
    bool is_touch = false;  ///< of keys, rather than a mark
    Severity severity = Severity::remove;
    Meant means{};
  };
  struct Waiter {
    ModelOptions options{};
    std::optional<ModelEntry> fallback{};
    std::shared_ptr<std::optional<ModelAnswer>> answer{};
    std::size_t joined_at = 0;  ///< of what has happened
  };
  struct Flight {
    ModelOptions options{};
    std::optional<ModelEntry> previous{};
    TimePoint began_at{};
    std::size_t stamp = 0;  ///< of what has happened
    std::vector<Waiter> waiters{};
  };

  static Meant only(const ModelKey& key) {
    return [key](const ModelKey& other, const auto&) { return other == key; };
  }

  void happen(Happening happening) { happened_.push_back(std::move(happening)); }

  void expire(ModelEntry& entry) const {
    entry.fresh_until = std::min(entry.fresh_until, now_);
    entry.stale_while_revalidate = Duration(0);
  }

  ModelEntry entry_of(std::optional<std::string> value, const ModelOptions& options,
                      TimePoint loaded_at) const {
    ModelEntry entry{.value = std::move(value), .loaded_at = loaded_at, .tags = options.tags};
    entry.fresh_until = now_ + (entry.value ? options.ttl : options.negative_ttl);
    if (entry.value) {
      entry.stale_while_revalidate = options.stale_while_revalidate;
      entry.stale_if_error = options.stale_if_error;
    }
    return entry;
  }

  ModelAnswer told(const ModelEntry& entry) const {
    if (!entry.value) return {ModelAnswer::Kind::negative, ""};
    return {entry.is_fresh(now_) ? ModelAnswer::Kind::fresh : ModelAnswer::Kind::stale,
            *entry.value};
  }

  void begin(const ModelKey& key, Flight flight) {
    flight.began_at = now_;
    flight.stamp = happened_.size();
    flights_[key] = std::move(flight);
    asked_.push_back(key);
  }

  /// What became of a load of `key` that began at `stamp` and brought an entry with these tags.
  Verdict judge(const ModelKey& key, std::size_t stamp, const std::set<std::string>& tags) const {
    Verdict verdict = Verdict::holds;
    for (std::size_t index = stamp; index < happened_.size(); ++index) {
      const Happening& happening = happened_[index];
      if (!happening.means(key, tags)) continue;
      const bool is_final = happening.is_touch || happening.severity == Severity::remove;
      verdict = std::max(verdict, is_final ? Verdict::invalid : Verdict::expired);
    }
    return verdict;
  }

  /// True when a read that begins now is told of something that had not happened at `stamp`: any
  /// mark, or a touch of this very key.
  bool has_news(const ModelKey& key, std::size_t stamp, std::size_t joined_at) const {
    return std::any_of(happened_.begin() + static_cast<std::ptrdiff_t>(stamp),
                       happened_.begin() + static_cast<std::ptrdiff_t>(joined_at),
                       [&key](const Happening& happening) {
                         return !happening.is_touch || happening.means(key, {});
                       });
  }

  void keep(const ModelKey& key, const Flight& flight, ModelEntry entry,
            const ModelAnswer& answer) {
    const Verdict verdict = judge(key, flight.stamp, entry.tags);
    if (verdict != Verdict::invalid) {
      if (verdict == Verdict::expired) expire(entry);
      entries_[key] = std::move(entry);
    }
    Flight next;
    for (const Waiter& waiter : flight.waiters) {
      if (verdict != Verdict::holds && has_news(key, flight.stamp, waiter.joined_at)) {
        next.waiters.push_back(waiter);
      } else {
        *waiter.answer = answer;
      }
    }
    if (!next.waiters.empty()) rerun(key, std::move(next));
  }

  void rerun(const ModelKey& key, Flight next) {
    const ModelEntry* entry = find(key);
    if (entry != nullptr && entry->is_fresh(now_)) {
      for (const Waiter& waiter : next.waiters) *waiter.answer = told(*entry);
      return;
    }
    next.options = next.waiters.front().options;
    for (Waiter& waiter : next.waiters) waiter.joined_at = happened_.size();
    begin(key, std::move(next));
  }

  void fail(const Flight& flight) {
    for (const Waiter& waiter : flight.waiters) {
      *waiter.answer = waiter.fallback && waiter.fallback->is_usable(now_)
                           ? told(*waiter.fallback)
                           : ModelAnswer{ModelAnswer::Kind::error, ""};
    }
  }

  TimePoint now_;
  std::map<ModelKey, ModelEntry> entries_{};
  std::map<ModelKey, Flight> flights_{};
  std::vector<ModelKey> asked_{};
  std::vector<Happening> happened_{};
};

}  // namespace nacre::test
