#include "memory/shard_core.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "tier/key.hpp"

namespace nacre::memory {

ShardCore::ShardCore(const ShardContext& context, ShardLimits limits)
    : context_(context),
      limits_(limits),
      slab_(limits.max_bytes),
      table_(limits.max_bytes),
      policy_(slab_),
      wheel_(slab_) {}

ShardCore::~ShardCore() {
  std::uint64_t position = 0;
  do {
    position = table_.walk(position, [this](Ref ref) { Node::destroy(node(ref)); });
  } while (position != 0);
}

std::uint64_t ShardCore::hash_of(Ref ref) const noexcept {
  const Node& hashed = node(ref);
  return hash_key(space_of(hashed), hashed.key(), context_.hash_seed);
}

// What an entry is worth

Verdict ShardCore::judge(Node& entry) {
  const Namespace& space = space_of(entry);
  return Marks::is_untouched_since(space, entry.epoch) ? Verdict::holds
                                                       : judge_marked(entry, space);
}

Verdict ShardCore::judge_marked(Node& entry, const Namespace& space) {
  // The marks of the namespace itself: two loads, so they are judged by the stamp each time.
  Verdict verdict = context_.marks.judge_entry(space, entry.epoch, nullptr);
  NodeExtras* const extras = entry.extras();
  if (extras == nullptr || verdict == Verdict::invalid) return verdict;
  if (verdict == Verdict::expired &&
      context_.marks.judge_entry(space, extras->settled_epoch, nullptr) == Verdict::holds) {
    verdict = Verdict::holds;
  }
  // Those of tags take a lock, so an entry remembers how far it was checked. The newest mark must
  // be read before judging: tags are marked in the order of their epochs, so all up to it are seen.
  if (Marks::is_untouched_since(space, extras->checked_epoch)) return verdict;
  const std::uint64_t newest = space.newest_mark.load(std::memory_order_acquire);
  const Verdict of_tags =
      context_.marks.judge_entry(space, extras->checked_epoch, extras->notes.get());
  if (of_tags == Verdict::holds) extras->checked_epoch = newest;
  return std::max(verdict, of_tags);
}

void ShardCore::settle_mark(Ref ref, TimePoint now) {
  const Node& entry = node(ref);
  make_expired(ref, now, context_.marks.expired_since(space_of(entry), entry.epoch, entry.notes()));
}

void ShardCore::make_expired(Ref ref, TimePoint now, TimePoint since) {
  Node& entry = node(ref);
  set_expired(entry, context_.scale, std::min(now, since));
  if (NodeExtras* const extras = entry.extras()) {
    const std::uint64_t newest = space_of(entry).newest_mark.load(std::memory_order_acquire);
    // Only if nothing came since it was judged; else the next look settles it.
    if (context_.marks.judge_entry(space_of(entry), extras->checked_epoch, extras->notes.get()) !=
        Verdict::invalid) {
      extras->settled_epoch = newest;
      extras->checked_epoch = newest;
    }
  }
  file(ref, now);
}

bool ShardCore::is_usable(const Node& entry, TimePoint now) const noexcept {
  return freshness_of(lifetime_of(entry, context_.scale), now) != Freshness::expired;
}

std::optional<RemovalReason> ShardCore::death_of(Node& entry, TimePoint now) {
  if (judge(entry) == Verdict::invalid) {
    const Namespace& space = space_of(entry);
    return space.removed_at.load(std::memory_order_acquire) > entry.epoch ? RemovalReason::cleared
                                                                          : RemovalReason::removed;
  }
  if (!is_usable(entry, now)) return RemovalReason::expired;
  return std::nullopt;
}

// What an entry costs

ShardCore::Cost ShardCore::cost_for(const KeyView& key, const Entry& entry) noexcept {
  return {.node_bytes = Node::bytes_for(key.text.size(), static_cast<bool>(entry.notes)),
          .payload_bytes = cost_of(entry.value) + cost_of(entry.notes)};
}

std::size_t ShardCore::payload_of(const Node& entry) noexcept {
  const NodeExtras* const extras = entry.extras();
  return cost_of(entry.value) + (extras == nullptr ? 0 : cost_of(extras->notes));
}

std::size_t ShardCore::weight_of(const Node& entry) noexcept {
  return Slab::slot_bytes(entry.slot_bytes()) + payload_of(entry);
}

std::size_t ShardCore::bytes() const noexcept {
  return sizeof(*this) + slab_.resident_bytes() + table_.resident_bytes() + policy_.heap_bytes() +
         payload_bytes_ + gathered_.capacity() * sizeof(Ref);
}

// Making room

bool ShardCore::fits(const Cost& cost) const noexcept {
  if (limits_.max_entries != 0 && table_.size() >= limits_.max_entries) return false;
  // Two pages for what tidying up may take before it gives back.
  constexpr std::size_t headroom_bytes = 2 * page_bytes;
  return bytes() + cost.payload_bytes + slab_.growth_for(cost.node_bytes) +
             table_.growth_for_insert() + headroom_bytes <=
         limits_.max_bytes;
}

ShardCore::Room ShardCore::make_room(const Cost& cost, TimePoint now, Slice& slice) {
  if (fits(cost)) return Room::made;
  // What has come to its end goes before anything of use.
  expire(now, slice);
  while (!fits(cost)) {
    if (slab_.release_empty_page()) continue;
    if (slice.is_spent()) return Room::spent;
    const Room room = evict_one(now, slice);
    if (room != Room::made) return room;
  }
  return Room::made;
}

ShardCore::Room ShardCore::evict_one(TimePoint now, Slice& slice) {
  std::optional<RemovalReason> death;
  const Ref victim = policy_.choose(
      slice.steps_left,
      [this, now, &death](Ref ref) { return (death = death_of(node(ref), now)).has_value(); },
      [this](Ref ref) { return weight_of(node(ref)); });
  if (victim == 0) return slice.steps_left == 0 ? Room::spent : Room::impossible;
  if (death) {
    drop_dead(victim, *death, slice);
  } else {
    policy_.remember(hash_of(victim));
    ++evicted_count_;
    drop(victim, RemovalReason::evicted, slice);
  }
  return Room::made;
}

// Coming in

std::optional<StoreReply> ShardCore::try_store(const KeyView& key, Entry& entry, StoreKind kind,
                                               TimePoint now, Slice& slice) {
  // Under the lock of the commit, so that no load fits between the two that would replace it.
  if (kind == StoreKind::write) context_.marks.touch(key);
  const std::uint64_t judged_epoch =
      context_.marks.epoch();  // before judging: all up to it is seen
  const Verdict verdict = context_.marks.judge_fill(key, entry.stamp, kind, entry.notes.get());
  if (verdict == Verdict::invalid) return StoreReply::outdated;
  if (verdict == Verdict::expired) {
    // The marks that expired it have done their work, and its time counts from here.
    entry.stamp.epoch = judged_epoch;
    entry.lifetime.fresh_until = std::min(entry.lifetime.fresh_until, now);
    entry.lifetime.stale_while_revalidate = Duration::zero();
  }
  return place(key, entry, now, slice);
}

std::optional<StoreReply> ShardCore::place(const KeyView& key, Entry& entry, TimePoint now,
                                           Slice& slice) {
  const Ref old = find_ref(key);
  const Cost cost = cost_for(key, entry);
  if (cost.node_bytes + cost.payload_bytes > limits_.max_entry_bytes) return StoreReply::refused;
  std::optional<Seat> seat;
  if (old != 0) {
    if (overwrite(old, entry, now, slice)) return StoreReply::stored;
    seat = Seat{.is_in_main = node(old).is_in_main != 0,
                .frequency = static_cast<std::uint32_t>(node(old).frequency)};
    drop_dead(old, death_of(node(old), now).value_or(RemovalReason::replaced), slice);
  }
  const Room room = make_room(cost, now, slice);
  if (room == Room::spent) return std::nullopt;
  if (room == Room::impossible) return StoreReply::refused;
  if (insert(key, entry, seat, now)) return StoreReply::stored;
  // The address range of the shard is used up, though its bytes are not: one goes, one comes.
  if (evict_one(now, slice) == Room::impossible) return StoreReply::refused;
  return std::nullopt;
}

bool ShardCore::overwrite(Ref ref, Entry& entry, TimePoint now, Slice& slice) {
  Node& old = node(ref);
  if ((old.has_extras != 0) != static_cast<bool>(entry.notes)) return false;
  const std::size_t before = payload_of(old);
  const std::size_t after = cost_of(entry.value) + cost_of(entry.notes);
  if (after > before && bytes() + (after - before) > limits_.max_bytes) return false;
  const RemovalReason reason = death_of(old, now).value_or(RemovalReason::replaced);
  if (reason == RemovalReason::expired) ++expired_count_;
  const std::size_t slot_bytes = Slab::slot_bytes(old.slot_bytes());
  policy_.resize(ref, slot_bytes + before, slot_bytes + after);
  payload_bytes_ += after - before;
  slice.removed.take(old, space_of(old), reason);
  fill(ref, entry);
  file(ref, now);
  return true;
}

bool ShardCore::insert(const KeyView& key, Entry& entry, std::optional<Seat> seat, TimePoint now) {
  const bool with_extras = static_cast<bool>(entry.notes);
  const std::size_t bytes = Node::bytes_for(key.text.size(), with_extras);
  const Ref ref = slab_.allocate(bytes);
  if (ref == 0) return false;
  // The table asks for the hashes of what it moves, which may be this node.
  Node* const fresh = Node::create(slab_.at(ref), key.text, with_extras);
  fresh->space = key.space->id;
  if (!table_.insert(key.hash, ref, [this](Ref moved) { return hash_of(moved); })) {
    Node::destroy(*fresh);
    slab_.free(ref);
    return false;
  }
  fill(ref, entry);
  payload_bytes_ += payload_of(*fresh);
  if (seat) {
    policy_.admit_as(ref, weight_of(*fresh), seat->is_in_main, seat->frequency);
  } else {
    policy_.admit(ref, weight_of(*fresh), key.hash);
  }
  file(ref, now);
  return true;
}

void ShardCore::fill(Ref ref, Entry& entry) {
  Node& filled = node(ref);
  set_lifetime(filled, context_.scale, entry.lifetime);
  filled.epoch = Node::coded_epoch(entry.stamp.epoch);
  filled.is_unchecked = entry.is_unchecked ? 1 : 0;
  filled.value = std::move(entry.value);
  if (NodeExtras* const extras = filled.extras()) {
    *extras = {.notes = std::move(entry.notes),
               .checked_epoch = entry.stamp.epoch,
               .settled_epoch = entry.stamp.epoch};
  }
}

void ShardCore::file(Ref ref, TimePoint now) {
  wheel_.remove(ref);
  const Tick end = end_tick_of(node(ref));
  if (end == no_tick) return;
  wheel_.start_at(tick_at(context_.scale, now));
  wheel_.add(ref, end);
}

// Going out

void ShardCore::drop(Ref ref, RemovalReason reason, Slice& slice) {
  Node& dropped = node(ref);
  const Namespace& space = space_of(dropped);
  table_.erase(hash_of(ref), ref);
  wheel_.remove(ref);
  policy_.forget(ref, weight_of(dropped));
  payload_bytes_ -= payload_of(dropped);
  slice.removed.take(dropped, space, reason);
  Node::destroy(dropped);
  slab_.free(ref);
}

void ShardCore::drop_dead(Ref ref, RemovalReason reason, Slice& slice) {
  if (reason == RemovalReason::expired) ++expired_count_;
  drop(ref, reason, slice);
}

void ShardCore::discard(const KeyView& key, TimePoint now, Slice& slice) {
  const Ref ref = find_ref(key);
  if (ref == 0) return;
  if (const std::optional<RemovalReason> death = death_of(node(ref), now)) {
    drop_dead(ref, *death, slice);
  }
}

void ShardCore::expire(TimePoint now, Slice& slice) {
  wheel_.advance(
      tick_at(context_.scale, now), slice.steps_left,
      [this](Ref ref) { return end_tick_of(node(ref)); },
      [this, now, &slice](Ref ref) {
        const std::optional<RemovalReason> death = death_of(node(ref), now);
        drop_dead(ref, death.value_or(RemovalReason::expired), slice);
        if (slice.is_spent()) slice.steps_left = 0;
      });
}

void ShardCore::relocate(Ref from, Ref to) {
  table_.rename(hash_of(from), from, to);
  Node::relocate(slab_.at(to), node(from));
  policy_.relocated(to);
  wheel_.relocated(to);
}

void ShardCore::tidy_up() {
  // Bounds of one call; what is left is done by the next one. A page is at most 40 moves.
  constexpr int max_pages = 8;
  constexpr int max_merges = 64;
  for (int page = 0; page < max_pages; ++page) {
    if (!slab_.evacuate_sparse_page([this](Ref from, Ref to) { relocate(from, to); })) break;
  }
  for (int merge = 0; merge < max_merges; ++merge) {
    if (!table_.merge_if_sparse([this](Ref ref) { return hash_of(ref); })) break;
  }
}

}  // namespace nacre::memory
