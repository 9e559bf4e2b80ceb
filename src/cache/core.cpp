#include "cache/core.hpp"

#include "tier/freshness.hpp"

namespace nacre {

namespace {
const FindDone no_callback{};
}  // namespace

bool Core::find_in_memory(const KeyView& key, Entry& entry) const {
  TierReply reply;
  memory().find(key, Deadline(), reply, no_callback);
  if (reply.state != TierReply::State::found) return false;
  entry = std::move(reply.entry);
  return true;
}

NotesRef Core::notes_of(const Namespace& space, const Policy& policy, Validators validators) const {
  if (policy.tags.empty() && validators.empty() && policy.sliding_ttl <= Duration(0)) return {};
  EntryNotes notes{.tags = policy.tags,
                   .validators = std::move(validators),
                   .sliding_ttl = policy.sliding_ttl,
                   .max_ttl = policy.max_ttl};
  notes.tag_hashes.reserve(notes.tags.size());
  for (const std::string& tag : notes.tags) notes.tag_hashes.push_back(hash_tag(space, tag, seed));
  return NotesRef::make(std::move(notes));
}

detail::Found found_of(const Entry& entry, TierKind tier, TimePoint now) {
  detail::Found found;
  found.value = entry.value;
  found.provenance = {.tier = tier,
                      .age = age_of(entry.lifetime, now),
                      .remaining = entry.lifetime.fresh_until - now};
  found.is_negative = entry.is_negative();
  found.is_stale = now >= entry.lifetime.fresh_until;
  return found;
}

}  // namespace nacre
