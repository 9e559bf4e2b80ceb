#include "remote/entry_form.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "tier/freshness.hpp"

namespace nacre::remote {
namespace {

using Milliseconds = std::chrono::milliseconds;

std::uint64_t ms_of(Duration length) noexcept {
  const auto count = std::chrono::duration_cast<Milliseconds>(length).count();
  return count < 0 ? 0 : std::min(static_cast<std::uint64_t>(count), longest_total_ms);
}

Duration length_of(std::uint64_t ms) noexcept {
  return Milliseconds(static_cast<std::int64_t>(std::min(ms, longest_total_ms)));
}

// A point that stands for "never" has no distance that fits.
std::uint64_t ms_until(TimePoint when, TimePoint now) noexcept {
  if (when <= now) return 0;
  return when == TimePoint::max() ? longest_total_ms : ms_of(when - now);
}

StoredLife life_of(const Entry& entry, TimePoint now) {
  const Lifetime& lifetime = entry.lifetime;
  // Both windows are counted from the end of freshness, which may lie behind.
  const Duration late = std::max(Duration::zero(), now - lifetime.fresh_until);
  StoredLife life{.total_ms = total_ms_of(lifetime, now),
                  .fresh_ms = ms_until(lifetime.fresh_until, now),
                  .age_ms = ms_of(age_of(lifetime, now)),
                  .stale_while_revalidate_ms = ms_of(lifetime.stale_while_revalidate - late),
                  .stale_if_error_ms = ms_of(lifetime.stale_if_error - late)};
  if (const EntryNotes* notes = entry.notes.get()) {
    life.sliding_ms = ms_of(notes->sliding_ttl);
    if (life.sliding_ms != 0) life.max_ms = ms_of(notes->max_ttl);
  }
  return life;
}

std::string short_enough(const std::string& validator) {
  return validator.size() <= max_validator_bytes ? validator : std::string();
}

NotesRef notes_of(const KeyView& key, Envelope& envelope, std::uint64_t hash_seed) {
  EntryNotes notes{.validators = std::move(envelope.validators),
                   .sliding_ttl = length_of(envelope.life.sliding_ms),
                   .max_ttl = length_of(envelope.life.max_ms)};
  if (envelope.tags.empty() && notes.validators.empty() && envelope.life.sliding_ms == 0) return {};
  for (TagMark& each : envelope.tags) {
    notes.tag_hashes.push_back(hash_tag(*key.space, each.tag, hash_seed));
    notes.tags.push_back(std::move(each.tag));
  }
  return NotesRef::make(std::move(notes));
}

Decoded decode_raw(std::string_view bytes, const DecodeTerms& terms, StoredEntry& stored) {
  if (terms.left_ms == no_key_ttl) return Decoded::useless;
  stored.is_raw = true;
  stored.entry.value = Value::from_bytes(bytes, Format::raw);
  stored.entry.lifetime.loaded_at = terms.now;
  stored.entry.lifetime.fresh_until =
      terms.left_ms == no_end_ttl
          ? TimePoint::max()
          : saturating_add(terms.now, length_of(static_cast<std::uint64_t>(terms.left_ms)));
  return Decoded::entry;
}

}  // namespace

std::uint64_t total_ms_of(const Lifetime& lifetime, TimePoint now) noexcept {
  return std::clamp(ms_until(usable_until(lifetime), now), std::uint64_t{1}, longest_total_ms);
}

StoredBytes encode_entry(const KeyView& key, const Entry& entry, const EntryMarks& marks,
                         std::uint64_t write_id, TimePoint now) {
  Envelope envelope{.write_id = write_id,
                    .is_negative = entry.is_negative(),
                    .life = life_of(entry, now),
                    .space_mark = marks.space};
  Value value;
  if (!entry.is_negative()) {
    value = entry.value.encoded();
    envelope.format = value.format();
    envelope.payload = value.bytes();
  }
  if (const EntryNotes* notes = entry.notes.get()) {
    NACRE_CHECK(notes->tags.size() == marks.tags.size());
    for (std::size_t index = 0; index < notes->tags.size(); ++index) {
      envelope.tags.push_back({.tag = notes->tags[index], .mark = marks.tags[index]});
    }
    envelope.validators = {.etag = short_enough(notes->validators.etag),
                           .last_modified = short_enough(notes->validators.last_modified)};
  }
  return {.bytes = encode_envelope(envelope, key_digest(key.space->name, key.text)),
          .total_ms = envelope.life.total_ms,
          .write_id = write_id};
}

std::optional<StoredBytes> encode_raw(const Entry& entry, TimePoint now) {
  if (entry.is_negative()) return {};
  const Value value = entry.value.encoded();
  return StoredBytes{
      .bytes = std::string(value.bytes()),
      .total_ms = std::max<std::uint64_t>(ms_until(entry.lifetime.fresh_until, now), 1)};
}

Decoded decode_entry(const KeyView& key, std::string_view bytes, const DecodeTerms& terms,
                     StoredEntry& stored) {
  if (terms.is_raw) return decode_raw(bytes, terms, stored);
  Envelope envelope;
  switch (decode_envelope(bytes, key_digest(key.space->name, key.text), envelope)) {
    case EnvelopeKind::raw:
      return decode_raw(bytes, terms, stored);
    case EnvelopeKind::corrupt:
      return Decoded::corrupt;
    case EnvelopeKind::envelope:
      break;
  }
  if (terms.left_ms < 0) return Decoded::useless;
  const StoredLife& life = envelope.life;
  const std::uint64_t left_ms = static_cast<std::uint64_t>(terms.left_ms);
  const TimePoint stored_at =
      terms.now - length_of(life.total_ms > left_ms ? life.total_ms - left_ms : 0);
  Lifetime& lifetime = stored.entry.lifetime;
  lifetime.loaded_at = stored_at - length_of(life.age_ms);
  lifetime.fresh_until = stored_at + length_of(life.fresh_ms);
  lifetime.stale_while_revalidate = length_of(life.stale_while_revalidate_ms);
  lifetime.stale_if_error = length_of(life.stale_if_error_ms);
  stored.is_expired = envelope.is_expired;
  stored.space_mark = envelope.space_mark;
  for (const TagMark& each : envelope.tags) stored.tag_marks.push_back(each.mark);
  stored.entry.notes = notes_of(key, envelope, terms.hash_seed);
  if (!envelope.is_negative) {
    stored.entry.value = Value::from_bytes(envelope.payload, envelope.format);
  }
  return Decoded::entry;
}

void make_stale(Lifetime& lifetime, TimePoint now) noexcept {
  if (lifetime.fresh_until > now) {
    const TimePoint end = usable_until(lifetime);
    lifetime.stale_if_error = std::min(lifetime.stale_if_error, end - now);
    lifetime.fresh_until = now;
  }
  lifetime.stale_while_revalidate = Duration::zero();
}

}  // namespace nacre::remote
