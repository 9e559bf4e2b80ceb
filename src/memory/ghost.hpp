// Which keys were dropped a short time ago? Fingerprints of 16 bits, 2 bytes a key.
//
// A set-associative queue: a key belongs to one set of eight, and a new fingerprint pushes the
// oldest of its set out. All sets together behave like one queue of as many keys as there are
// places, without links or time stamps. One key in about 8000 is remembered by mistake.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nacre::memory {

/// Remembers about as many hashes as the shard has entries. Not thread safe. O(1), but for the
/// doubling that follows the number of entries.
class Ghost final {
 public:
  /// Remembers `hash`. `live_count` is how many entries the shard has.
  void remember(std::uint64_t hash, std::size_t live_count);

  /// True when `hash` was remembered; it no longer is.
  bool take(std::uint64_t hash) noexcept;

  std::size_t heap_bytes() const noexcept { return sets_.capacity() * sizeof(Set); }

 private:
  using Set = std::array<std::uint16_t, 8>;  ///< newest first; 0 is no fingerprint

  static std::uint16_t fingerprint_of(std::uint64_t hash) noexcept {
    const auto fingerprint = static_cast<std::uint16_t>(hash >> 24);
    return fingerprint == 0 ? 1 : fingerprint;
  }
  Set& set_of(std::uint64_t hash) noexcept { return sets_[hash & (sets_.size() - 1)]; }
  void fit(std::size_t live_count);

  std::vector<Set> sets_;  ///< none, or a power of two
};

}  // namespace nacre::memory
