// Where is the node of this hash? Linear hashing with buckets of one cache line.
//
// Litwin, "Linear Hashing: A New Tool for File and Table Addressing", VLDB 1980: the table grows by
// splitting one bucket at a time, in order, and shrinks the same way back. So no insertion pays for
// a rehash, there are never two tables, and memory follows the number of entries at about 8.3 bytes
// each. A bucket has twelve 8-bit tags, compared at once, and twelve references; what does not fit
// goes to an overflow bucket (about one in five has one, for 9 entries a bucket).
//
// walk() goes through the entries in the order of their hashes read backwards. A split or a merge
// cuts or joins ranges of that order and never moves an entry within it, so a walk in pieces, with
// changes between, meets every entry that stays, exactly once.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/check.hpp"
#include "memory/address_range.hpp"
#include "memory/node.hpp"

namespace nacre::memory {

/// A hash with its bits in reverse: the place of an entry in a walk.
constexpr std::uint64_t walk_position(std::uint64_t hash) noexcept {
  hash = ((hash >> 1) & 0x5555555555555555u) | ((hash & 0x5555555555555555u) << 1);
  hash = ((hash >> 2) & 0x3333333333333333u) | ((hash & 0x3333333333333333u) << 2);
  hash = ((hash >> 4) & 0x0f0f0f0f0f0f0f0fu) | ((hash & 0x0f0f0f0f0f0f0f0fu) << 4);
  return __builtin_bswap64(hash);
}

/// References by hash. Not thread safe. Knows no keys: callers compare them, and tell the hash of a
/// reference when it splits.
class Table final {
 public:
  /// Room for the table of a shard of `max_bytes` in all.
  explicit Table(std::size_t max_bytes);

  /// The reference for which `is_match(ref)` holds among those of `hash`, or 0.
  template <class IsMatch>
  Ref find(std::uint64_t hash, IsMatch is_match) const;

  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&bucket(index_of(hash))); }

  /// By how much insert() may raise resident_bytes() at most.
  std::size_t growth_for_insert() const noexcept;

  /// Adds `ref`, which must not be there. False when the range is used up.
  /// `hash_of(ref)` tells the full hash of any reference in the table.
  template <class HashOf>
  [[nodiscard]] bool insert(std::uint64_t hash, Ref ref, HashOf hash_of);

  /// Takes `ref` out; it must be there.
  void erase(std::uint64_t hash, Ref ref) noexcept;

  /// `from`, which must be there, is called `to` from now on.
  void rename(std::uint64_t hash, Ref from, Ref to) noexcept;

  /// Joins one bucket with its half when the table is much too large. False when it is not.
  template <class HashOf>
  bool merge_if_sparse(HashOf hash_of);

  /// Visits the references of the bucket that `position` is in, and returns where the next one
  /// begins; 0 after the last. Some may lie before `position`. The visitor must not change the
  /// table.
  template <class Visit>
  std::uint64_t walk(std::uint64_t position, Visit visit) const;

  std::size_t size() const noexcept { return size_; }
  std::size_t resident_bytes() const noexcept;

  /// Memory that one entry takes here on average, for reports.
  static constexpr std::size_t bytes_per_entry = 9;

 private:
  static constexpr std::size_t slots = 12;
  static constexpr unsigned first_level = 6;  ///< 64 buckets: one page

  struct alignas(64) Bucket {
    std::array<std::uint8_t, slots> tags{};  ///< 0 where there is no entry
    std::array<Ref, slots> refs{};
    std::uint32_t overflow = 0;  ///< index of the next bucket of the chain
  };
  static_assert(sizeof(Bucket) == 64);

  static std::uint8_t tag_of(std::uint64_t hash) noexcept {
    // Bits that choose neither bucket nor shard, as long as there are less than 2^40 buckets.
    const auto tag = static_cast<std::uint8_t>(hash >> 40);
    return tag == 0 ? 1 : tag;
  }

  std::size_t bucket_count() const noexcept { return (std::size_t{1} << level_) + next_split_; }

  std::size_t index_of(std::uint64_t hash) const noexcept {
    const std::size_t low = hash & ((std::size_t{1} << level_) - 1);
    // Selected without a branch: it would be taken at random.
    const std::size_t high = hash & ((std::size_t{2} << level_) - 1);
    return low < next_split_ ? high : low;
  }

  Bucket& bucket(std::size_t index) const noexcept {
    return reinterpret_cast<Bucket*>(buckets_.base())[index];
  }
  Bucket& overflow(std::uint32_t index) const noexcept {
    return reinterpret_cast<Bucket*>(overflows_.base())[index];
  }

  static std::uint32_t match_tags(const Bucket& bucket, std::uint8_t tag) noexcept;

  [[nodiscard]] bool append(std::size_t index, std::uint8_t tag, Ref ref) noexcept;
  std::uint32_t take_overflow() noexcept;
  void give_overflow(std::uint32_t index) noexcept;
  void drain(std::size_t index);
  template <class HashOf>
  void place_drained(HashOf hash_of);
  bool has_room_to_split() noexcept;
  bool has_spare_overflow() noexcept;

  AddressRange buckets_;
  AddressRange overflows_;
  std::size_t max_overflows_ = 0;
  unsigned level_ = first_level;
  std::size_t next_split_ = 0;
  std::size_t size_ = 0;
  std::uint32_t overflow_count_ = 1;  ///< ever used; 0 means none
  std::uint32_t free_overflow_ = 0;
  std::vector<Ref> moving_;  ///< the references of a bucket being split; kept for its room
};

inline std::uint32_t Table::match_tags(const Bucket& bucket, std::uint8_t tag) noexcept {
#if defined(__SSE2__)
  const __m128i line = _mm_load_si128(reinterpret_cast<const __m128i*>(&bucket));
  const __m128i equal = _mm_cmpeq_epi8(line, _mm_set1_epi8(static_cast<char>(tag)));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(equal)) & ((1u << slots) - 1);
#else
  std::uint32_t matches = 0;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    matches |= static_cast<std::uint32_t>(bucket.tags[slot] == tag) << slot;
  }
  return matches;
#endif
}

template <class IsMatch>
Ref Table::find(std::uint64_t hash, IsMatch is_match) const {
  const std::uint8_t tag = tag_of(hash);
  const Bucket* line = &bucket(index_of(hash));
  while (true) {
    for (std::uint32_t matches = match_tags(*line, tag); matches != 0; matches &= matches - 1) {
      const Ref ref = line->refs[static_cast<std::size_t>(std::countr_zero(matches))];
      if (is_match(ref)) return ref;
    }
    if (line->overflow == 0) return 0;
    line = &overflow(line->overflow);
  }
}

template <class HashOf>
bool Table::insert(std::uint64_t hash, Ref ref, HashOf hash_of) {
  if (!append(index_of(hash), tag_of(hash), ref)) return false;
  ++size_;
  // 9 entries a bucket: measured smallest for 12 slots, overflow buckets included.
  if (size_ <= bucket_count() * 9 || !has_room_to_split()) return true;
  const std::size_t from = next_split_;
  drain(from);
  if (++next_split_ == std::size_t{1} << level_) {
    ++level_;
    next_split_ = 0;
  }
  // Two chains need at most one bucket more than the one they come from, and that is the new one.
  place_drained(hash_of);
  return true;
}

template <class HashOf>
void Table::place_drained(HashOf hash_of) {
  for (const Ref moved : moving_) {
    const std::uint64_t hash = hash_of(moved);
    NACRE_CHECK(append(index_of(hash), tag_of(hash), moved));
  }
}

template <class HashOf>
bool Table::merge_if_sparse(HashOf hash_of) {
  if (bucket_count() == std::size_t{1} << first_level || size_ >= bucket_count() * 4) return false;
  // Joining two chains needs at most one bucket more than they had.
  if (!has_spare_overflow()) return false;
  if (next_split_ == 0) {
    --level_;
    next_split_ = std::size_t{1} << level_;
  }
  --next_split_;
  const std::size_t last = bucket_count();
  drain(last);
  place_drained(hash_of);
  constexpr std::size_t buckets_a_page = page_bytes / sizeof(Bucket);
  if (last % buckets_a_page == 0) buckets_.release(last * sizeof(Bucket), page_bytes);
  return true;
}

template <class Visit>
std::uint64_t Table::walk(std::uint64_t position, Visit visit) const {
  const std::size_t index = index_of(walk_position(position));
  const bool is_split = index >= std::size_t{1} << level_ || index < next_split_;
  const unsigned depth = is_split ? level_ + 1 : level_;
  for (const Bucket* line = &bucket(index);; line = &overflow(line->overflow)) {
    for (const Ref ref : line->refs) {
      if (ref != 0) visit(ref);
    }
    if (line->overflow == 0) break;
  }
  return ((position >> (64 - depth)) + 1) << (64 - depth);
}

}  // namespace nacre::memory
