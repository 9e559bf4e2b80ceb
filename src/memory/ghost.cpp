#include "memory/ghost.hpp"

#include <algorithm>

namespace nacre::memory {

namespace {

constexpr std::size_t min_sets = 8;

}  // namespace

void Ghost::remember(std::uint64_t hash, std::size_t live_count) {
  fit(live_count);
  Set& set = set_of(hash);
  std::shift_right(set.begin(), set.end(), 1);
  set.front() = fingerprint_of(hash);
}

bool Ghost::take(std::uint64_t hash) noexcept {
  if (sets_.empty()) return false;
  Set& set = set_of(hash);
  const auto found = std::find(set.begin(), set.end(), fingerprint_of(hash));
  if (found == set.end()) return false;
  std::shift_left(found, set.end(), 1);
  set.back() = 0;
  return true;
}

void Ghost::fit(std::size_t live_count) {
  const std::size_t places = sets_.size() * Set{}.size();
  if (places < live_count || sets_.empty()) {
    // Both halves begin with the same memory: half of each is of keys that cannot come there, and
    // is pushed out in time.
    const std::size_t before = sets_.size();
    std::vector<Set> grown(std::max(min_sets, before * 2));
    for (std::size_t index = 0; index < before; ++index) {
      grown[index] = grown[index + before] = sets_[index];
    }
    sets_ = std::move(grown);
  } else if (sets_.size() > min_sets && places > live_count * 4) {
    sets_.resize(sets_.size() / 2);
    sets_.shrink_to_fit();
  }
}

}  // namespace nacre::memory
