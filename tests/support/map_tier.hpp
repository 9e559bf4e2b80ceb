// The simplest Tier that keeps the contract: a map under one lock, no limit, no eviction. What the
// cache is tested on, and what cleverer tiers are compared with.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/glob.hpp"
#include "base/mutex.hpp"
#include "coherence/marks.hpp"
#include "tier/freshness.hpp"
#include "tier/tier.hpp"

namespace nacre::test {

/// Thread safe. As `remote` it answers find() later: when the test calls answer_next(), or at the
/// deadline.
class MapTier final : public Tier {
 public:
  MapTier(const Marks& marks, Clock& clock, TierKind kind = TierKind::memory)
      : marks_(marks), clock_(clock), kind_(kind) {}

  /// Called after each store, update and sweep, before its callback: to let a test come between two
  /// tiers. Not called from within itself. Set while nobody uses the tier.
  std::function<void()> after_change{};

  /// The same before an update.
  std::function<void()> before_update{};

  TierKind kind() const noexcept override { return kind_; }

  bool find(const KeyView& key, Deadline deadline, TierReply& reply,
            const FindDone& done) override {
    if (kind_ == TierKind::memory) {
      reply = look(key);
      return true;
    }
    MutexLock lock(mutex_);
    const std::uint64_t number = find_count_++;
    last_deadline_ = deadline;
    waiting_.emplace(number, Waiting{OwnedKey(key), done});
    if (!deadline.is_never()) {
      clock_.call_at(deadline.when(), [this, number] { skip(number); });
    }
    return false;
  }

  void store(const KeyView& key, Entry entry, StoreKind kind, const StoreDone& done) override {
    const StoreReply reply = commit(key, std::move(entry), kind);
    come_between(after_change);
    done(reply);
  }

  void update(const KeyView& key, const Update& update, const UpdateDone& done) override {
    come_between(before_update);
    const bool was_present = change(key, update);
    come_between(after_change);
    done(was_present);
  }

  void sweep(const Sweep& sweep, const SweepDone& done) override {
    std::uint64_t count = 0;
    {
      MutexLock lock(mutex_);
      for (auto slot = entries_.begin(); slot != entries_.end();) {
        const bool is_meant = slot->first.first == sweep.space &&
                              slot->second.entry.stamp.epoch < sweep.before_epoch &&
                              sweep.matches(slot->first.second, slot->second.entry.notes.get());
        if (is_meant && is_usable(*sweep.space, slot->second)) ++count;
        if (is_meant && sweep.severity == Severity::remove) {
          slot = entries_.erase(slot);
          continue;
        }
        if (is_meant) make_stale(slot->second.entry);
        ++slot;
      }
    }
    come_between(after_change);
    done(count);
  }

  void list(const Namespace& space, const KeyQuery& query, const ListDone& done) override {
    KeyPage page;
    {
      MutexLock lock(mutex_);
      for (auto& [key, kept] : entries_) {
        if (key.first != &space || !is_usable(space, kept)) continue;
        if (!key.second.starts_with(query.prefix)) continue;
        if (!query.key.empty() && key.second != query.key) continue;
        page.entries.push_back(inspection_of(key.second, kept.entry, kind_, clock_.now()));
      }
    }
    done(std::move(page));
  }

  TierUsage usage() const override {
    MutexLock lock(mutex_);
    return {.entries_count = entries_.size()};
  }

  /// Gives the oldest unanswered find() its answer. False when there is none.
  bool answer_next() {
    Waiting next;
    {
      MutexLock lock(mutex_);
      if (waiting_.empty()) return false;
      next = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
    }
    next.done(look(next.key.view()));
    return true;
  }

  /// Drops everything without a trace, as eviction or a restart would.
  void forget_all() {
    MutexLock lock(mutex_);
    entries_.clear();
  }

  Deadline last_deadline() const {
    MutexLock lock(mutex_);
    return last_deadline_;
  }

  std::size_t find_count() const {
    MutexLock lock(mutex_);
    return find_count_;
  }

 private:
  using Slot = std::pair<const Namespace*, std::string>;

  struct Kept {
    Entry entry{};
    std::uint64_t settled_epoch = 0;  ///< marks up to here that expired it have done their work
  };

  struct Waiting {
    OwnedKey key{};
    FindDone done{};
  };

  void skip(std::uint64_t number) {
    Waiting late;
    {
      MutexLock lock(mutex_);
      const auto found = waiting_.find(number);
      if (found == waiting_.end()) return;
      late = std::move(found->second);
      waiting_.erase(found);
    }
    late.done({.state = TierReply::State::skipped});
  }

  void come_between(const std::function<void()>& what) {
    if (!what || is_between_) return;
    is_between_ = true;
    what();
    is_between_ = false;
  }

  static Slot slot_of(const KeyView& key) { return {key.space, std::string(key.text)}; }

  void make_stale(Entry& entry) {
    entry.lifetime.fresh_until = std::min(entry.lifetime.fresh_until, clock_.now());
    entry.lifetime.stale_while_revalidate = Duration(0);
  }

  bool may_slide(const Entry& entry, const Update& update) const {
    return entry.value == update.expected && clock_.now() < entry.lifetime.fresh_until;
  }

  bool is_usable(const Namespace& space, Kept& kept) {
    Entry& entry = kept.entry;
    const Verdict verdict = marks_.judge_entry(space, entry.stamp.epoch, entry.notes.get());
    if (verdict == Verdict::invalid) return false;
    if (verdict == Verdict::expired &&
        marks_.judge_entry(space, std::max(kept.settled_epoch, entry.stamp.epoch),
                           entry.notes.get()) != Verdict::holds) {
      make_stale(entry);
    }
    return freshness_of(entry.lifetime, clock_.now()) != Freshness::expired;
  }

  TierReply look(const KeyView& key) {
    MutexLock lock(mutex_);
    const auto found = entries_.find(slot_of(key));
    if (found == entries_.end() || !is_usable(*key.space, found->second)) return {};
    return {.state = TierReply::State::found, .entry = found->second.entry};
  }

  StoreReply commit(const KeyView& key, Entry entry, StoreKind kind) {
    MutexLock lock(mutex_);
    if (kind == StoreKind::write) marks_.touch(key);
    switch (marks_.judge_fill(key, entry.stamp, kind, entry.notes.get())) {
      case Verdict::invalid:
        if (kind == StoreKind::write) entries_.erase(slot_of(key));
        return StoreReply::outdated;
      case Verdict::expired:
        make_stale(entry);
        break;
      case Verdict::holds:
        break;
    }
    entries_.insert_or_assign(slot_of(key), Kept{.entry = std::move(entry)});
    return StoreReply::stored;
  }

  bool change(const KeyView& key, const Update& update) {
    MutexLock lock(mutex_);
    const auto found = entries_.find(slot_of(key));
    if (found == entries_.end()) return false;
    Kept& slot = found->second;
    Entry& entry = slot.entry;
    const bool was_usable = is_usable(*key.space, slot);
    switch (update.kind) {
      case Update::Kind::remove:
        entries_.erase(found);
        break;
      case Update::Kind::expire:
        make_stale(entry);
        break;
      case Update::Kind::extend:
        if (update.expected && !may_slide(entry, update)) return was_usable;
        if (was_usable) {
          entry.lifetime.fresh_until = update.fresh_until;
          slot.settled_epoch = marks_.epoch();
        }
        break;
      case Update::Kind::replace:
        if (entry.value == update.expected) entry.value = update.value;
        break;
    }
    return was_usable;
  }

  const Marks& marks_;
  Clock& clock_;
  const TierKind kind_;
  mutable Mutex mutex_;
  std::map<Slot, Kept> entries_ NACRE_GUARDED_BY(mutex_);
  std::map<std::uint64_t, Waiting> waiting_ NACRE_GUARDED_BY(mutex_);  // in the order of the calls
  Deadline last_deadline_ NACRE_GUARDED_BY(mutex_);
  bool is_between_ = false;  // of the thread that set after_change
  std::size_t find_count_ NACRE_GUARDED_BY(mutex_) = 0;
};

}  // namespace nacre::test
