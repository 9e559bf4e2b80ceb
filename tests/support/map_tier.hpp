// The simplest Tier that keeps the contract: a map under one lock, no limit, no eviction. What the
// cache is tested on, and what cleverer tiers are compared with.
#pragma once

#include <deque>
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

/// Thread safe. As `remote` it answers find() later, when the test calls answer_next().
class MapTier final : public Tier {
 public:
  MapTier(const Marks& marks, const Clock& clock, TierKind kind = TierKind::memory)
      : marks_(marks), clock_(clock), kind_(kind) {}

  TierKind kind() const noexcept override { return kind_; }

  bool find(const KeyView& key, Deadline, TierReply& reply, const FindDone& done) override {
    if (kind_ != TierKind::memory) {
      MutexLock lock(mutex_);
      ++find_count_;
      waiting_.emplace_back(OwnedKey(key), done);
      return false;
    }
    reply = look(key);
    return true;
  }

  void store(const KeyView& key, Entry entry, StoreKind kind, const StoreDone& done) override {
    done(commit(key, std::move(entry), kind));
  }

  void update(const KeyView& key, const Update& update, const UpdateDone& done) override {
    done(change(key, update));
  }

  void sweep(const Sweep& sweep, const SweepDone& done) override {
    std::uint64_t count = 0;
    {
      MutexLock lock(mutex_);
      for (auto slot = entries_.begin(); slot != entries_.end();) {
        const bool is_meant = slot->first.first == sweep.space &&
                              slot->second.stamp.epoch < sweep.before_epoch &&
                              sweep.matches(slot->first.second, slot->second.notes.get());
        if (is_meant && is_usable(*sweep.space, slot->second)) ++count;
        if (is_meant && sweep.severity == Severity::remove) {
          slot = entries_.erase(slot);
          continue;
        }
        if (is_meant) make_stale(slot->second);
        ++slot;
      }
    }
    done(count);
  }

  void list(const Namespace& space, const KeyQuery& query, const ListDone& done) override {
    KeyPage page;
    {
      MutexLock lock(mutex_);
      for (auto& [key, entry] : entries_) {
        if (key.first != &space || !is_usable(space, entry)) continue;
        if (!key.second.starts_with(query.prefix)) continue;
        page.entries.push_back(inspection_of(key.second, entry, kind_, clock_.now()));
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
    std::pair<OwnedKey, FindDone> next;
    {
      MutexLock lock(mutex_);
      if (waiting_.empty()) return false;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next.second(look(next.first.view()));
    return true;
  }

  std::size_t find_count() const {
    MutexLock lock(mutex_);
    return find_count_;
  }

 private:
  using Slot = std::pair<const Namespace*, std::string>;

  static Slot slot_of(const KeyView& key) { return {key.space, std::string(key.text)}; }

  void make_stale(Entry& entry) {
    entry.lifetime.fresh_until = std::min(entry.lifetime.fresh_until, clock_.now());
    entry.lifetime.stale_while_revalidate = Duration(0);
  }

  bool is_usable(const Namespace& space, Entry& entry) {
    const Verdict verdict = marks_.judge_entry(space, entry.stamp.epoch, entry.notes.get());
    if (verdict == Verdict::invalid) return false;
    if (verdict == Verdict::expired) make_stale(entry);
    return freshness_of(entry.lifetime, clock_.now()) != Freshness::expired;
  }

  TierReply look(const KeyView& key) {
    MutexLock lock(mutex_);
    const auto found = entries_.find(slot_of(key));
    if (found == entries_.end() || !is_usable(*key.space, found->second)) return {};
    return {.state = TierReply::State::found, .entry = found->second};
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
    entries_.insert_or_assign(slot_of(key), std::move(entry));
    return StoreReply::stored;
  }

  bool change(const KeyView& key, const Update& update) {
    MutexLock lock(mutex_);
    const auto found = entries_.find(slot_of(key));
    if (found == entries_.end()) return false;
    Entry& entry = found->second;
    const bool was_usable = is_usable(*key.space, entry);
    switch (update.kind) {
      case Update::Kind::remove:
        entries_.erase(found);
        break;
      case Update::Kind::expire:
        make_stale(entry);
        break;
      case Update::Kind::extend:
        if (was_usable) entry.lifetime.fresh_until = update.fresh_until;
        break;
      case Update::Kind::replace:
        if (entry.value == update.expected) entry.value = update.value;
        break;
    }
    return was_usable;
  }

  const Marks& marks_;
  const Clock& clock_;
  const TierKind kind_;
  mutable Mutex mutex_;
  std::map<Slot, Entry> entries_ NACRE_GUARDED_BY(mutex_);
  std::deque<std::pair<OwnedKey, FindDone>> waiting_ NACRE_GUARDED_BY(mutex_);
  std::size_t find_count_ NACRE_GUARDED_BY(mutex_) = 0;
};

}  // namespace nacre::test
