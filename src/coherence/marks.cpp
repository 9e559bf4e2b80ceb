#include "coherence/marks.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/check.hpp"

namespace nacre {

namespace {

Verdict verdict_of(std::uint64_t removed_at, std::uint64_t expired_at,
                   std::uint64_t epoch) noexcept {
  if (removed_at > epoch) return Verdict::invalid;
  return expired_at > epoch ? Verdict::expired : Verdict::holds;
}

Verdict worse(Verdict first, Verdict second) noexcept {
  return std::max(first, second);
}

}  // namespace

Marks::Marks(MarksLimits limits)
    : limits_(limits),
      stripe_mask_(limits.stripes_count - 1),
      stripes_(std::make_unique<std::atomic<std::uint32_t>[]>(limits.stripes_count)) {
  NACRE_CHECK((limits.stripes_count & stripe_mask_) == 0 && limits.stripes_count != 0);
  NACRE_CHECK(limits.max_tags != 0 && limits.max_sweeps != 0);
}

void Marks::mark_tags(const Namespace& space, std::span<const std::uint64_t> tag_hashes,
                      Severity severity, TimePoint now) {
  MutexLock marking(marking_mutex_);
  const std::uint64_t epoch = coming_epoch();
  {
    WriterLock lock(tags_mutex_);
    for (const std::uint64_t tag : tag_hashes) {
      if (tags_.size() >= limits_.max_tags && !tags_.contains(tag)) forget_oldest_tags();
      TagMark& mark = tags_.try_emplace(tag, forgotten_tags_).first->second;
      if (severity == Severity::remove) {
        mark.removed_at = epoch;
      } else {
        mark.expired_at = epoch;
        mark.expiry_time = now;
      }
    }
  }
  space.newest_mark.store(epoch, std::memory_order_release);
  publish(epoch);
}

void Marks::mark_space(const Namespace& space, Severity severity, TimePoint now) {
  MutexLock marking(marking_mutex_);
  const std::uint64_t epoch = coming_epoch();
  if (severity == Severity::expire) {
    // Relaxed: read after expired_at, whose release comes next.
    space.expiry_time.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  // release pairs with the acquire in judge_entry() and, for the second, is_untouched_since().
  (severity == Severity::remove ? space.removed_at : space.expired_at)
      .store(epoch, std::memory_order_release);
  space.newest_mark.store(epoch, std::memory_order_release);
  publish(epoch);
}

void Marks::mark_sweep(Sweep& sweep) {
  MutexLock marking(marking_mutex_);
  sweep.before_epoch = coming_epoch();
  {
    WriterLock lock(sweeps_mutex_);
    if (sweeps_.size() >= limits_.max_sweeps) {
      forgotten_sweep_epoch_ = sweeps_.front().before_epoch;
      sweeps_.pop_front();
    }
    sweeps_.push_back(sweep);
  }
  publish(sweep.before_epoch);
}

void Marks::advance(std::atomic<std::uint64_t>& divide) {
  MutexLock marking(marking_mutex_);
  const std::uint64_t epoch = coming_epoch();
  // release pairs with the acquire of who compares with it.
  divide.store(epoch, std::memory_order_release);
  publish(epoch);
}

Verdict Marks::judge_fill(const KeyView& key, const Stamp& stamp, StoreKind kind,
                          const EntryNotes* notes) const {
  if (kind == StoreKind::fill && stripe_of(key).load(std::memory_order_acquire) !=
                                     static_cast<std::uint32_t>(stamp.stripe_count)) {
    return Verdict::invalid;
  }
  if (epoch() == stamp.epoch) return Verdict::holds;
  return worse(judge_entry(*key.space, stamp.epoch, notes), judge_sweeps(key, stamp.epoch, notes));
}

Verdict Marks::judge_entry(const Namespace& space, std::uint64_t epoch,
                           const EntryNotes* notes) const {
  const Verdict verdict = verdict_of(space.removed_at.load(std::memory_order_acquire),
                                     space.expired_at.load(std::memory_order_acquire), epoch);
  if (notes == nullptr || notes->tag_hashes.empty() || verdict == Verdict::invalid) return verdict;
  return worse(verdict, judge_tags(epoch, *notes));
}

TimePoint Marks::expired_since(const Namespace& space, std::uint64_t epoch,
                               const EntryNotes* notes) const {
  std::optional<TimePoint> since;
  if (space.expired_at.load(std::memory_order_acquire) > epoch) {
    since = TimePoint(Duration(space.expiry_time.load(std::memory_order_relaxed)));
  }
  if (notes != nullptr && !notes->tag_hashes.empty()) {
    ReaderLock lock(tags_mutex_);
    for (const std::uint64_t tag : notes->tag_hashes) {
      const auto found = tags_.find(tag);
      const TagMark& mark = found == tags_.end() ? forgotten_tags_ : found->second;
      if (mark.expired_at > epoch)
        since = std::max(since.value_or(TimePoint::min()), mark.expiry_time);
    }
  }
  return since.value_or(TimePoint::max());
}

Verdict Marks::judge_tags(std::uint64_t epoch, const EntryNotes& notes) const {
  ReaderLock lock(tags_mutex_);
  Verdict verdict = Verdict::holds;
  for (const std::uint64_t tag : notes.tag_hashes) {
    const auto found = tags_.find(tag);
    const TagMark& mark = found == tags_.end() ? forgotten_tags_ : found->second;
    verdict = worse(verdict, verdict_of(mark.removed_at, mark.expired_at, epoch));
  }
  return verdict;
}

Verdict Marks::judge_sweeps(const KeyView& key, std::uint64_t epoch,
                            const EntryNotes* notes) const {
  ReaderLock lock(sweeps_mutex_);
  if (forgotten_sweep_epoch_ > epoch) return Verdict::invalid;
  Verdict verdict = Verdict::holds;
  for (auto sweep = sweeps_.rbegin(); sweep != sweeps_.rend(); ++sweep) {
    if (sweep->before_epoch <= epoch) break;  // and so all before it
    if (sweep->space != key.space || !sweep->matches(key.text, notes)) continue;
    verdict =
        worse(verdict, sweep->severity == Severity::remove ? Verdict::invalid : Verdict::expired);
  }
  return verdict;
}

void Marks::forget_oldest_tags() {
  std::vector<std::uint64_t> ages;
  ages.reserve(tags_.size());
  for (const auto& [tag, mark] : tags_) ages.push_back(std::max(mark.removed_at, mark.expired_at));
  const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
  std::nth_element(ages.begin(), middle, ages.end());
  const std::uint64_t oldest_kept = *middle;
  for (auto tag = tags_.begin(); tag != tags_.end();) {
    const TagMark& mark = tag->second;
    if (std::max(mark.removed_at, mark.expired_at) > oldest_kept) {
      ++tag;
      continue;
    }
    forgotten_tags_.removed_at = std::max(forgotten_tags_.removed_at, mark.removed_at);
    forgotten_tags_.expired_at = std::max(forgotten_tags_.expired_at, mark.expired_at);
    forgotten_tags_.expiry_time = std::max(forgotten_tags_.expiry_time, mark.expiry_time);
    tag = tags_.erase(tag);
  }
}

std::size_t Marks::heap_bytes() const {
  // A node of the map: link, key, mark and malloc's header; and its share of the buckets.
  constexpr std::size_t tag_bytes = sizeof(void*) * 2 + sizeof(std::uint64_t) + sizeof(TagMark) + 8;
  std::size_t bytes = limits_.stripes_count * sizeof(std::uint32_t);
  {
    ReaderLock lock(tags_mutex_);
    bytes += tags_.size() * tag_bytes;
  }
  ReaderLock lock(sweeps_mutex_);
  return bytes + sweeps_.size() * sizeof(Sweep);
}

}  // namespace nacre
