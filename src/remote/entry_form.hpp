// An entry as the tier stores it: durations for points in time, marks for tags; and back.
//
// Pure functions. A point in time never leaves the process: what is stored says how long, and the
// time to live that Redis says is left tells how long ago (P6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coherence/mark_id.hpp"
#include "remote/envelope.hpp"
#include "tier/entry.hpp"
#include "tier/key.hpp"

namespace nacre::remote {

/// The marks an entry is stored with, as of before its load.
struct EntryMarks {
  MarkId space{};
  std::vector<MarkId> tags{};  ///< one for each tag of the entry's notes, in their order
};

/// What is sent to Redis.
struct StoredBytes {
  std::string bytes{};
  std::uint64_t total_ms = 1;  ///< the time to live; 1 or more
  std::uint64_t write_id = 0;
};

/// Longest time to live that Redis is given: what has no end, or a later one, is stored for this.
inline constexpr std::uint64_t longest_total_ms = std::uint64_t{10} * 366 * 86'400'000;

/// `entry` as of `now`. A validator longer than max_validator_bytes is left out. Throws Error
/// serialization_failed when its value is an object that has no bytes.
StoredBytes encode_entry(const KeyView& key, const Entry& entry, const EntryMarks& marks,
                         std::uint64_t write_id, TimePoint now);

/// The bare bytes, for other programs; of the lifetime only the fresh part. nullopt for a negative
/// entry: there are no bytes for it.
std::optional<StoredBytes> encode_raw(const Entry& entry, TimePoint now);

/// How long from `now` on Redis keeps `lifetime`, in ms; 1 or more.
std::uint64_t total_ms_of(const Lifetime& lifetime, TimePoint now) noexcept;

/// What was read of a key.
struct StoredEntry {
  Entry entry{};
  bool is_raw = false;      ///< another program's: no marks
  bool is_expired = false;  ///< made stale where it lay
  MarkId space_mark{};
  std::vector<MarkId> tag_marks{};  ///< of the tags in entry.notes
};

/// Says what PTTL answers of a key: absent, and without an end.
inline constexpr std::int64_t no_key_ttl = -2;
inline constexpr std::int64_t no_end_ttl = -1;

struct DecodeTerms {
  std::int64_t left_ms = no_key_ttl;  ///< as PTTL said before the value was read
  TimePoint now{};                    ///< when that was asked
  std::uint64_t hash_seed = 0;        ///< of tags
  bool is_raw = false;                ///< a header is no header
};

enum class Decoded : std::uint8_t {
  entry,
  useless,  ///< its age is not known: it came, or lost its time to live, while it was read
  corrupt,
};

/// Reads `bytes` of `key`. One copy of the value.
Decoded decode_entry(const KeyView& key, std::string_view bytes, const DecodeTerms& terms,
                     StoredEntry& stored);

/// Makes `lifetime` stale from `now` on, for errors only; it ends no later than it did.
void make_stale(Lifetime& lifetime, TimePoint now) noexcept;

}  // namespace nacre::remote
