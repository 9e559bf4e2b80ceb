// What nacre stores under a key in Redis: a short binary header, then the value's bytes.
//
// The grammar is in docs/formats.md. The header names the key it belongs to and sums up all that
// follows, so a reply that belongs to another command is found out as surely as bit rot. It holds
// durations only: how old the value is follows from the time Redis says is left of its life, never
// from a clock (P6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coherence/mark_id.hpp"
#include "nacre/clock.hpp"
#include "nacre/validators.hpp"
#include "nacre/value.hpp"

namespace nacre::remote {

/// A tag with the mark that was read before the load.
struct TagMark {
  std::string tag{};
  MarkId mark{};
  friend bool operator==(const TagMark&, const TagMark&) = default;
};

/// Durations as of the store, in whole milliseconds. Each below 2^53 ms.
struct StoredLife {
  std::uint64_t total_ms = 0;  ///< the time to live Redis was given; 1 or more
  std::uint64_t fresh_ms = 0;  ///< of these, how many from the store on it was fresh
  std::uint64_t age_ms = 0;    ///< how old it was already
  std::uint64_t stale_while_revalidate_ms = 0;
  std::uint64_t stale_if_error_ms = 0;
  std::uint64_t sliding_ms = 0;
  std::uint64_t max_ms = 0;  ///< for sliding entries
  friend bool operator==(const StoredLife&, const StoredLife&) = default;
};

struct Envelope {
  std::uint64_t write_id = 0;  ///< random: tells this store from all others
  Format format = Format::raw;
  bool is_negative = false;  ///< known not to exist; no payload
  bool is_expired = false;   ///< made stale where it lies, after it was stored
  StoredLife life{};
  MarkId space_mark{};
  std::vector<TagMark> tags{};
  Validators validators{};
  std::string_view payload{};  ///< borrowed
};

/// Longest etag or last-modified that is stored.
inline constexpr std::size_t max_validator_bytes = 4096;

/// What each header begins with: its magic and its version.
inline constexpr std::string_view header_begin = "\xaeNC\x01";

/// Where the write_id stands, for scripts and partial reads; and how much shows it.
inline constexpr std::size_t write_id_offset = 21;
inline constexpr std::size_t write_id_end = write_id_offset + 8;
/// The byte that expiring a stored value sets to 1.
inline constexpr std::size_t expired_offset = 4;

/// What the header names its key by. Stable across processes and versions.
std::uint64_t key_digest(std::string_view space, std::string_view key) noexcept;

/// `envelope` as it is stored. Tags, validators and durations must be within their limits. O(size).
std::string encode_envelope(const Envelope& envelope, std::uint64_t digest);

enum class EnvelopeKind : std::uint8_t {
  envelope,
  raw,      ///< no header: another program's value
  corrupt,  ///< begins like one of ours, and is not whole, not this key's, or not of this version
};

/// Reads `bytes`. `envelope` is filled for `envelope`; its payload points into `bytes`. Takes no
/// more memory than `bytes` has. O(size).
EnvelopeKind decode_envelope(std::string_view bytes, std::uint64_t digest, Envelope& envelope);

/// The write_id of a stored value's beginning; 0 when it has none.
std::uint64_t peek_write_id(std::string_view beginning) noexcept;

}  // namespace nacre::remote
