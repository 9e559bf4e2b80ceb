#include "remote/pending_changes.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace nacre::remote {
namespace {

// A replica that is promoted lags by less than this, or nobody knows by how much.
constexpr Duration recent_age = std::chrono::seconds(60);
constexpr std::size_t max_recent = 16'384;

std::size_t bytes_of(const Change& change) noexcept {
  return change.write ? change.write->entry.value.payload_bytes() : 0;
}

}  // namespace

std::string Change::name() const {
  switch (kind) {
    case NameKind::tag_mark:
      return tag_mark_name(space->name, text);
    case NameKind::space_mark:
      return space_mark_name(space->name);
    default:
      return value_name(space->name, text);
  }
}

Change merged(const Change& older, const Change& newer) {
  Change change = newer;
  // What is removed, or was to be replaced, is not there to be made stale.
  const bool is_stronger = older.write || older.severity == Severity::remove;
  if (!newer.write && is_stronger) change.severity = Severity::remove;
  return change;
}

bool PendingChanges::add(Change change) {
  MutexLock lock(mutex_);
  return keep(std::move(change));
}

bool PendingChanges::keep(Change change) {
  const std::string name = change.name();
  const auto found = items_.find(name);
  if (found != items_.end()) {
    bytes_ -= bytes_of(found->second.change);
    change = merged(found->second.change, change);
  }
  if (bytes_ + bytes_of(change) > limits_.max_bytes) {
    change.write.reset();
    change.severity = Severity::remove;
  }
  bytes_ += bytes_of(change);
  items_.insert_or_assign(name, Item{std::move(change), ++last_number_});
  const bool is_over = items_.size() + sweeps_.size() > limits_.max_count;
  if (is_over) overflow();
  recount();
  return is_over;
}

bool PendingChanges::add(SharedSweep sweep) {
  MutexLock lock(mutex_);
  if (sweeps_.size() >= limits_.max_sweeps) {
    // The whole namespace in one step, rather than one sweep more.
    ++dropped_count_;
    const Namespace* const space = sweep.space;
    std::erase_if(sweeps_, [space](const auto& each) { return each.first.space == space; });
    return keep({.kind = NameKind::space_mark, .space = space});
  }
  sweeps_.emplace_back(std::move(sweep), ++last_number_);
  recount();
  return false;
}

void PendingChanges::overflow() {
  std::set<const Namespace*> spaces;
  for (const auto& [name, item] : items_) spaces.insert(item.change.space);
  for (const auto& [sweep, number] : sweeps_) spaces.insert(sweep.space);
  dropped_count_ += items_.size() + sweeps_.size();
  items_.clear();
  sweeps_.clear();
  bytes_ = 0;
  for (const Namespace* const space : spaces) {
    const Change change{.kind = NameKind::space_mark, .space = space};
    items_.insert_or_assign(change.name(), Item{change, ++last_number_});
  }
}

void PendingChanges::recount() {
  count_ = items_.size() + sweeps_.size();
}

bool PendingChanges::try_follow(const Change& change) {
  if (empty()) return false;
  MutexLock lock(mutex_);
  if (!items_.contains(change.name())) return false;
  keep(change);
  return true;
}

void PendingChanges::apply(const SharedSweep& sweep) {
  if (empty()) return;
  MutexLock lock(mutex_);
  for (auto& [name, item] : items_) {
    Change& change = item.change;
    if (!change.write || change.space != sweep.space) continue;
    const EntryNotes* const notes = change.write->entry.notes.get();
    const std::span<const std::string> tags =
        notes == nullptr || !sweep.looks_at_tags ? std::span<const std::string>() : notes->tags;
    if (!change.text.starts_with(sweep.literal_prefix) || !sweep.matches(change.text, tags)) {
      continue;
    }
    bytes_ -= bytes_of(change);
    change.write.reset();
    change.severity = Severity::remove;
    item.number = ++last_number_;
  }
}

bool PendingChanges::concerns_key(const KeyView& key) const {
  if (items_.contains(value_name(key.space->name, key.text))) return true;
  if (items_.contains(space_mark_name(key.space->name))) return true;
  return std::any_of(sweeps_.begin(), sweeps_.end(), [&key](const auto& each) {
    const SharedSweep& sweep = each.first;
    return sweep.space == key.space && key.text.starts_with(sweep.literal_prefix) &&
           (sweep.looks_at_tags || sweep.matches(key.text, {}));
  });
}

bool PendingChanges::concerns(const KeyView& key) const {
  if (empty()) return false;
  MutexLock lock(mutex_);
  return concerns_key(key);
}

bool PendingChanges::concerns(const KeyView& key, std::span<const std::string> tags) const {
  if (empty()) return false;
  MutexLock lock(mutex_);
  return concerns_key(key) ||
         std::any_of(tags.begin(), tags.end(),
                     [this, &key](const std::string& tag) NACRE_REQUIRES(mutex_) {
                       return items_.contains(tag_mark_name(key.space->name, tag));
                     });
}

std::vector<PendingChanges::Item> PendingChanges::next_changes(
    std::size_t most_count, const std::function<bool(std::string_view)>& can_be_sent) const {
  MutexLock lock(mutex_);
  std::vector<Item> items;
  for (const auto& [name, item] : items_) {
    if (items.size() == most_count) break;
    if (can_be_sent(name)) items.push_back(item);
  }
  return items;
}

std::optional<std::pair<SharedSweep, std::uint64_t>> PendingChanges::next_sweep() const {
  MutexLock lock(mutex_);
  return sweeps_.empty() ? std::nullopt : std::optional(sweeps_.front());
}

void PendingChanges::finish(const Item& item) {
  MutexLock lock(mutex_);
  const auto found = items_.find(item.change.name());
  if (found == items_.end() || found->second.number != item.number) return;
  bytes_ -= bytes_of(found->second.change);
  items_.erase(found);
  recount();
}

void PendingChanges::finish_sweep(std::uint64_t number) {
  MutexLock lock(mutex_);
  std::erase_if(sweeps_, [number](const auto& each) { return each.second == number; });
  recount();
}

void RecentChanges::add(const Change& change, TimePoint now) {
  MutexLock lock(mutex_);
  done_.push_back({change, now});
  while (done_.size() > max_recent || done_.front().at + recent_age < now) done_.pop_front();
}

std::vector<Change> RecentChanges::take(TimePoint now) {
  MutexLock lock(mutex_);
  std::vector<Change> changes;
  for (Done& each : done_) {
    if (each.at + recent_age >= now) changes.push_back(std::move(each.change));
  }
  done_.clear();
  return changes;
}

}  // namespace nacre::remote
