#include "memory/table.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace nacre::memory {

namespace {

constexpr std::size_t bucket_bytes = 64;

/// More than the buckets of a shard that is full of the smallest entries there are.
constexpr std::size_t reserved_for_buckets(std::size_t max_bytes) noexcept {
  return max_bytes / 4 + 2 * page_bytes;
}

}  // namespace

Table::Table(std::size_t max_bytes)
    : buckets_(reserved_for_buckets(max_bytes)),
      overflows_(reserved_for_buckets(max_bytes)),
      max_overflows_(reserved_for_buckets(max_bytes) / bucket_bytes) {
  static_assert(sizeof(Bucket) == bucket_bytes);
  NACRE_CHECK(buckets_.try_commit((std::size_t{1} << first_level) * sizeof(Bucket)));
}

std::size_t Table::resident_bytes() const noexcept {
  return in_pages(bucket_count() * sizeof(Bucket)) + in_pages(overflow_count_ * sizeof(Bucket)) +
         moving_.capacity() * sizeof(Ref);
}

std::size_t Table::growth_for_insert() const noexcept {
  const std::size_t after = in_pages((bucket_count() + 1) * sizeof(Bucket)) +
                            in_pages((overflow_count_ + 2) * sizeof(Bucket));
  const std::size_t before =
      in_pages(bucket_count() * sizeof(Bucket)) + in_pages(overflow_count_ * sizeof(Bucket));
  return after - before;
}

bool Table::has_room_to_split() noexcept {
  return buckets_.try_commit((bucket_count() + 1) * sizeof(Bucket));
}

bool Table::has_spare_overflow() noexcept {
  return free_overflow_ != 0 ||
         (overflow_count_ < max_overflows_ &&
          overflows_.try_commit((overflow_count_ + std::size_t{1}) * sizeof(Bucket)));
}

bool Table::append(std::size_t index, std::uint8_t tag, Ref ref) noexcept {
  Bucket* line = &bucket(index);
  while (line->overflow != 0) line = &overflow(line->overflow);
  // Entries stand without gaps, so the first empty slot of the last bucket is the place.
  const auto place = std::find(line->tags.begin(), line->tags.end(), std::uint8_t{0});
  auto slot = static_cast<std::size_t>(place - line->tags.begin());
  if (slot == slots) {
    const std::uint32_t extra = take_overflow();
    if (extra == 0) return false;
    line->overflow = extra;
    line = &overflow(extra);
    slot = 0;
  }
  line->tags[slot] = tag;
  line->refs[slot] = ref;
  return true;
}

std::uint32_t Table::take_overflow() noexcept {
  if (free_overflow_ != 0) {
    const std::uint32_t index = free_overflow_;
    free_overflow_ = std::exchange(overflow(index).overflow, 0);
    return index;
  }
  return has_spare_overflow() ? overflow_count_++ : 0;
}

void Table::give_overflow(std::uint32_t index) noexcept {
  overflow(index) = Bucket{.overflow = free_overflow_};
  free_overflow_ = index;
}

void Table::drain(std::size_t index) {
  moving_.clear();
  for (Bucket* line = &bucket(index);; line = &overflow(line->overflow)) {
    for (const Ref ref : line->refs) {
      if (ref != 0) moving_.push_back(ref);
    }
    if (line->overflow == 0) break;
  }
  std::uint32_t extra = bucket(index).overflow;
  while (extra != 0) give_overflow(std::exchange(extra, overflow(extra).overflow));
  bucket(index) = Bucket{};
}

void Table::erase(std::uint64_t hash, Ref ref) noexcept {
  Bucket* hole = nullptr;
  std::size_t hole_slot = 0;
  Bucket* before_last = nullptr;
  Bucket* line = &bucket(index_of(hash));
  while (true) {
    const auto place = std::find(line->refs.begin(), line->refs.end(), ref);
    if (place != line->refs.end()) {
      hole = line;
      hole_slot = static_cast<std::size_t>(place - line->refs.begin());
    }
    if (line->overflow == 0) break;
    before_last = line;
    line = &overflow(line->overflow);
  }
  NACRE_CHECK(hole != nullptr);
  // The last entry of the chain fills the hole.
  std::size_t last_slot = slots - 1;
  while (line->refs[last_slot] == 0) --last_slot;
  hole->tags[hole_slot] = line->tags[last_slot];
  hole->refs[hole_slot] = line->refs[last_slot];
  // After the copy, for the last entry may be the hole itself.
  line->tags[last_slot] = 0;
  line->refs[last_slot] = 0;
  if (last_slot == 0 && before_last != nullptr) {
    give_overflow(std::exchange(before_last->overflow, 0));
  }
  --size_;
}

void Table::rename(std::uint64_t hash, Ref from, Ref to) noexcept {
  for (Bucket* line = &bucket(index_of(hash));; line = &overflow(line->overflow)) {
    const auto place = std::find(line->refs.begin(), line->refs.end(), from);
    if (place != line->refs.end()) {
      *place = to;
      return;
    }
    NACRE_CHECK(line->overflow != 0);
  }
}

}  // namespace nacre::memory
