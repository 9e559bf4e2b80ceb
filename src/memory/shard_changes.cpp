// Changes of entries that are there: by key, and by looking at each; and listing them.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "memory/shard_core.hpp"

namespace nacre::memory {

std::optional<bool> ShardCore::try_update(const KeyView& key, const Update& update, TimePoint now,
                                          Slice& slice) {
  const Ref ref = find_ref(key);
  if (ref == 0) return false;
  if (const std::optional<RemovalReason> death = death_of(node(ref), now)) {
    drop_dead(ref, *death, slice);
    return false;
  }
  switch (update.kind) {
    case Update::Kind::remove:
      drop(ref, RemovalReason::removed, slice);
      return true;
    case Update::Kind::expire:
      make_expired(ref, now);
      return true;
    case Update::Kind::extend:
      if (update.expected && !may_slide(node(ref), update, now)) return true;
      return extend(key, ref, update.fresh_until, now, slice);
    case Update::Kind::replace:
      return replace(ref, update);
  }
  return false;
}

bool ShardCore::may_slide(Node& entry, const Update& update, TimePoint now) {
  return entry.value == update.expected && judge(entry) == Verdict::holds &&
         now < lifetime_of(entry, context_.scale).fresh_until;
}

std::optional<bool> ShardCore::extend(const KeyView& key, Ref ref, TimePoint fresh_until,
                                      TimePoint now, Slice& slice) {
  if (judge(node(ref)) == Verdict::expired) {
    if (node(ref).extras() == nullptr) {
      // The entry must remember that the mark has done its work; that takes a larger node.
      const Room room =
          make_room({.node_bytes = Node::bytes_for(key.text.size(), true)}, now, slice);
      if (room == Room::spent) return std::nullopt;
      ref = find_ref(key);
      if (ref != 0 && room == Room::made) ref = add_extras(ref);
      if (ref == 0) return false;
    }
    make_expired(ref, now);
  }
  Node& extended = node(ref);
  Lifetime lifetime = lifetime_of(extended, context_.scale);
  lifetime.fresh_until = fresh_until;
  set_lifetime(extended, context_.scale, lifetime);
  file(ref, now);
  return true;
}

Ref ShardCore::add_extras(Ref ref) {
  Node& from = node(ref);
  const Ref to = slab_.allocate(Node::bytes_for(from.key_bytes(), true));
  if (to == 0) return 0;
  const std::size_t weight_before = weight_of(from);
  Node& grown = *Node::create(slab_.at(to), from.key(), true);
  grown = std::move(from);
  grown.has_extras = 1;
  grown.extras()->checked_epoch = grown.epoch;
  grown.extras()->settled_epoch = grown.epoch;
  table_.rename(hash_of(to), ref, to);
  policy_.relocated(to);
  policy_.resize(to, weight_before, weight_of(grown));
  wheel_.relocated(to);
  Node::destroy(from);
  slab_.free(ref);
  return to;
}

bool ShardCore::replace(Ref ref, const Update& update) {
  Node& replaced = node(ref);
  if (!(replaced.value == update.expected)) return false;
  const std::size_t before = payload_of(replaced);
  const std::size_t after = before - cost_of(replaced.value) + cost_of(update.value);
  const std::size_t slot_bytes = Slab::slot_bytes(replaced.slot_bytes());
  if (slot_bytes + after > limits_.max_entry_bytes) return false;
  // The other form is a convenience: nothing is evicted for it.
  if (after > before && bytes() + (after - before) > limits_.max_bytes) return false;
  policy_.resize(ref, slot_bytes + before, slot_bytes + after);
  payload_bytes_ += after - before;
  // The caller holds `expected`, so the old form is not destroyed here, under the lock.
  replaced.value = update.value;
  return true;
}

std::uint64_t ShardCore::gather(std::uint64_t position) {
  gathered_.clear();
  return table_.walk(position, [this](Ref ref) { gathered_.push_back(ref); });
}

std::uint64_t ShardCore::sweep(const Sweep& sweep, std::uint64_t position, TimePoint now,
                               Slice& slice, std::uint64_t& swept_count) {
  while (!slice.is_spent()) {
    position = gather(position);
    slice.steps_left -= std::min(slice.steps_left, gathered_.size() + 1);
    for (const Ref ref : gathered_) {
      Node& entry = node(ref);
      if (entry.space != sweep.space->id || entry.epoch >= sweep.before_epoch) continue;
      if (!sweep.matches(entry.key(), entry.notes())) continue;
      if (const std::optional<RemovalReason> death = death_of(entry, now)) {
        drop_dead(ref, *death, slice);
        continue;
      }
      ++swept_count;
      if (sweep.severity == Severity::remove) {
        drop(ref, RemovalReason::removed, slice);
      } else {
        make_expired(ref, now);
      }
    }
    if (position == 0) break;
  }
  return position;
}

std::uint64_t ShardCore::list(const ListFilter& filter, std::uint64_t position, TimePoint now,
                              std::size_t limit, std::size_t& steps_left,
                              std::vector<Inspection>& page) {
  struct Found {
    std::uint64_t position = 0;
    Ref ref = 0;
  };
  std::vector<Found> found;
  while (steps_left != 0) {
    const std::uint64_t next = gather(position);
    steps_left -= std::min(steps_left, gathered_.size() + 1);
    found.clear();
    for (const Ref ref : gathered_) {
      const std::uint64_t place = walk_position(hash_of(ref));
      if (place >= position && passes(filter, ref, now)) found.push_back({place, ref});
    }
    std::sort(found.begin(), found.end(),
              [](const Found& left, const Found& right) { return left.position < right.position; });
    for (const Found& each : found) {
      const bool is_tie = &each != found.data() && (&each - 1)->position == each.position;
      if (page.size() >= limit && !is_tie) return each.position;
      page.push_back(inspect(node(each.ref), now));
    }
    position = next;
    if (position == 0) break;
  }
  return position;
}

bool ShardCore::passes(const ListFilter& filter, Ref ref, TimePoint now) {
  Node& entry = node(ref);
  if (entry.space != filter.space->id || !entry.key().starts_with(filter.prefix)) return false;
  if (filter.pattern != nullptr && !filter.pattern->matches(entry.key())) return false;
  const Verdict verdict = judge(entry);
  if (verdict == Verdict::invalid) return false;
  if (verdict == Verdict::expired) settle_mark(ref, now);
  if (!is_usable(entry, now)) return false;
  return !filter.state || *filter.state == inspect(entry, now).state;
}

std::optional<Inspection> ShardCore::inspect_key(const KeyView& key, TimePoint now) {
  const Ref ref = find_ref(key);
  if (ref == 0 || !passes({.space = key.space}, ref, now)) return std::nullopt;
  Inspection inspection = inspect(node(ref), now);
  inspection.value = node(ref).value;
  return inspection;
}

Inspection ShardCore::inspect(const Node& entry, TimePoint now) const {
  Entry shown{.value = entry.value, .lifetime = lifetime_of(entry, context_.scale)};
  if (const NodeExtras* const extras = entry.extras()) shown.notes = extras->notes;
  Inspection inspection = inspection_of(std::string(entry.key()), shown, TierKind::memory, now);
  inspection.value = Value();
  inspection.entry_bytes = weight_of(entry) + Table::bytes_per_entry;
  return inspection;
}

void ShardCore::check_invariants() const {
  std::size_t count = 0;
  std::size_t timed_count = 0;
  std::size_t payload_bytes = 0;
  std::uint64_t position = 0;
  do {
    position = table_.walk(position, [&](Ref ref) {
      const Node& entry = node(ref);
      ++count;
      payload_bytes += payload_of(entry);
      if (entry.timer_previous != 0) ++timed_count;
      NACRE_CHECK((end_tick_of(entry) == no_tick) == (entry.timer_previous == 0));
      NACRE_CHECK(table_.find(hash_of(ref), [ref](Ref other) { return other == ref; }) == ref);
    });
  } while (position != 0);
  NACRE_CHECK(count == table_.size());
  NACRE_CHECK(count == policy_.count());
  NACRE_CHECK(timed_count == wheel_.count());
  NACRE_CHECK(payload_bytes == payload_bytes_);
  NACRE_CHECK(bytes() <= limits_.max_bytes);
  NACRE_CHECK(limits_.max_entries == 0 || count <= limits_.max_entries);
}

}  // namespace nacre::memory
