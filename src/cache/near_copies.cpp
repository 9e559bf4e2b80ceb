#include "cache/near_copies.hpp"

#include <algorithm>
#include <array>

#include "tier/freshness.hpp"

namespace nacre {

void MemoryCopies::on_key_changed(std::string_view space, std::string_view key) {
  const Namespace* known = parts_.namespaces->find(space);
  if (known == nullptr) return;
  const KeyView changed{known, key, hash_key(*known, key, parts_.seed)};
  parts_.marks->touch(changed);
  parts_.memory->update(changed, {.kind = Update::Kind::remove}, [](bool) {});
}

void MemoryCopies::on_claim_lost(std::string_view space, std::string_view key) {
  const Namespace* known = parts_.namespaces->find(space);
  if (known != nullptr) parts_.marks->touch({known, key, hash_key(*known, key, parts_.seed)});
}

void MemoryCopies::on_tag_changed(std::string_view space, std::string_view tag) {
  const Namespace* known = parts_.namespaces->find(space);
  if (known == nullptr) return;
  const std::array<std::uint64_t, 1> hashes = {hash_tag(*known, tag, parts_.seed)};
  parts_.marks->mark_tags(*known, hashes, Severity::remove, {});
}

void MemoryCopies::on_space_changed(std::string_view space) {
  const Namespace* known = parts_.namespaces->find(space);
  if (known != nullptr) parts_.marks->mark_space(*known, Severity::remove, {});
}

void MemoryCopies::on_unknown(TimePoint cut_at) {
  parts_.unknowns->add();
  cut_at_.store(cut_at, std::memory_order_relaxed);
  // release publishes cut_at_ to who sees that nothing is known.
  const std::uint64_t before = known_from_.exchange(nothing_known, std::memory_order_acq_rel);
  if (before == nothing_known) return;
  parts_.log.warning("remote.cut",
                     "the remote tells no changes now: what memory holds is believed for "
                     "max_disconnected_age, then counts as stale");
}

void MemoryCopies::on_connected() {
  // An epoch of its own: what a load that was not told of changes stores late is older than it.
  parts_.marks->advance(known_from_);
  parts_.log.info("remote.connected",
                  "the remote tells changes: what memory holds is checked before it is used");
}

bool MemoryCopies::is_young(const Entry& entry, TimePoint now) const noexcept {
  const TimePoint since =
      std::max(cut_at_.load(std::memory_order_relaxed), entry.lifetime.loaded_at);
  return now <= saturating_add(since, parts_.max_disconnected_age);
}

void make_outlived(Entry& entry, TimePoint now) noexcept {
  entry.lifetime.fresh_until = std::min(entry.lifetime.fresh_until, now);
  entry.lifetime.stale_while_revalidate = Duration(0);
}

}  // namespace nacre
