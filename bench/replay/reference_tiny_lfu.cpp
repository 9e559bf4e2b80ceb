// W-TinyLFU with a fixed window, and with one that climbs.
#include <algorithm>
#include <bit>
#include <cmath>

#include "base/hash.hpp"
#include "reference.hpp"

namespace nacre::replay {

namespace {

/// A count-min sketch of 4-bit counters, four of them a key, that halves itself after ten accesses
/// for each entry of the cache.
class FrequencySketch final {
 public:
  explicit FrequencySketch(std::size_t capacity)
      : counters_(std::bit_ceil(std::max<std::size_t>(capacity, 8)) * 16),
        sample_size_(std::max<std::size_t>(10 * capacity, 10)) {}

  std::uint32_t count(KeyId key) const {
    std::uint8_t least = 15;
    for (std::uint64_t row = 0; row < 4; ++row) least = std::min(least, counters_[place(key, row)]);
    return least;
  }

  void increment(KeyId key) {
    bool is_added = false;
    for (std::uint64_t row = 0; row < 4; ++row) {
      std::uint8_t& counter = counters_[place(key, row)];
      if (counter == 15) continue;
      ++counter;
      is_added = true;
    }
    if (is_added && ++size_ == sample_size_) halve();
  }

  std::size_t sample_size() const { return sample_size_; }

 private:
  std::size_t place(KeyId key, std::uint64_t row) const {
    const std::uint64_t hash = mix_bits((std::uint64_t{key} << 2 | row) + 0x9e3779b97f4a7c15U);
    const std::size_t rows = counters_.size() / 4;
    return row * rows + (hash & (rows - 1));
  }

  void halve() {
    for (std::uint8_t& counter : counters_) counter /= 2;
    size_ /= 2;
  }

  std::vector<std::uint8_t> counters_;
  const std::size_t sample_size_;
  std::size_t size_ = 0;
};

class WTinyLfu final : public Reference {
 public:
  WTinyLfu(std::size_t capacity, std::size_t key_count, bool is_climbing)
      : capacity_(capacity),
        is_climbing_(is_climbing),
        sketch_(capacity),
        lists_(key_count, 3),
        window_capacity_(std::max<std::size_t>(
            1, capacity - static_cast<std::size_t>(0.99 * static_cast<double>(capacity)))),
        protected_capacity_((capacity - window_capacity_) / 5 * 4),
        step_(-first_step()) {}

  bool access(KeyId key) override {
    sketch_.increment(key);
    const std::uint8_t list = lists_.list_of(key);
    const bool is_hit = list != KeyLists::in_none;
    switch (list) {
      case window:
        lists_.move_to_head(window, key);
        break;
      case guarded:
        lists_.move_to_head(guarded, key);
        break;
      case probation:
        lists_.move_to_head(guarded, key);
        demote();
        break;
      default:
        lists_.push_head(window, key);
        evict();
    }
    if (is_climbing_) climb(is_hit);
    return is_hit;
  }

 private:
  enum : std::uint8_t { window, probation, guarded };

  double first_step() const { return 0.0625 * static_cast<double>(capacity_); }

  void demote() {
    while (lists_.count(guarded) > protected_capacity_) {
      lists_.move_to_head(probation, lists_.tail(guarded));
    }
  }

  void evict() {
    while (lists_.count(window) > window_capacity_) {
      const KeyId candidate = lists_.tail(window);
      const bool is_full =
          lists_.count(window) + lists_.count(probation) + lists_.count(guarded) > capacity_;
      const KeyId victim =
          lists_.count(probation) != 0 ? lists_.tail(probation) : lists_.tail(guarded);
      lists_.move_to_head(probation, candidate);
      if (!is_full) continue;
      lists_.remove(victim != no_key && is_better(candidate, victim) ? victim : candidate);
    }
    while (lists_.count(window) + lists_.count(probation) + lists_.count(guarded) > capacity_) {
      lists_.remove(lists_.count(probation) != 0 ? lists_.tail(probation) : lists_.tail(guarded));
    }
  }

  bool is_better(KeyId candidate, KeyId victim) {
    const std::uint32_t mine = sketch_.count(candidate);
    const std::uint32_t other = sketch_.count(victim);
    if (mine > other) return true;
    // Now and then a candidate that is warm, so that nobody can wall in a victim.
    constexpr std::uint32_t warm = 6;
    draw_ = mix_bits(draw_ + 1);
    return is_climbing_ && mine >= warm && (draw_ & 127) == 0;
  }

  void climb(bool is_hit) {
    ++sampled_;
    sampled_hits_ += is_hit ? 1 : 0;
    if (sampled_ >= sketch_.sample_size()) {
      const double ratio = static_cast<double>(sampled_hits_) / static_cast<double>(sampled_);
      const double change = ratio - previous_ratio_;
      const double amount = change >= 0 ? step_ : -step_;
      constexpr double restart_at = 0.05;
      step_ = std::abs(change) >= restart_at ? std::copysign(first_step(), amount) : 0.98 * amount;
      previous_ratio_ = ratio;
      adjustment_ = static_cast<std::int64_t>(amount);
      sampled_ = sampled_hits_ = 0;
    }
    adjust();
  }

  void adjust() {
    constexpr std::int64_t moves_a_time = 1000;
    std::int64_t moved = 0;
    if (adjustment_ > 0) {
      const auto free = static_cast<std::int64_t>(protected_capacity_);
      const std::int64_t quota = std::min({adjustment_, free, moves_a_time});
      protected_capacity_ -= static_cast<std::size_t>(quota);
      window_capacity_ += static_cast<std::size_t>(quota);
      demote();
      for (; moved < quota; ++moved) {
        const bool has_probation = lists_.count(probation) != 0;
        const KeyId key = lists_.tail(has_probation ? probation : guarded);
        if (key == no_key) break;
        lists_.move_to_head(window, key);
      }
      adjustment_ = quota == free ? 0 : adjustment_ - quota;
    } else if (adjustment_ < 0) {
      const auto free = static_cast<std::int64_t>(window_capacity_) - 1;
      const std::int64_t quota = std::min({-adjustment_, free, moves_a_time});
      window_capacity_ -= static_cast<std::size_t>(quota);
      protected_capacity_ += static_cast<std::size_t>(quota);
      while (lists_.count(window) > window_capacity_) {
        lists_.move_to_head(probation, lists_.tail(window));
      }
      adjustment_ = quota == free ? 0 : adjustment_ + quota;
    }
  }

  const std::size_t capacity_;
  const bool is_climbing_;
  FrequencySketch sketch_;
  KeyLists lists_;
  std::size_t window_capacity_;
  std::size_t protected_capacity_;
  double step_;
  double previous_ratio_ = 0;
  std::int64_t adjustment_ = 0;
  std::size_t sampled_ = 0;
  std::size_t sampled_hits_ = 0;
  std::uint64_t draw_ = 0;
};

}  // namespace

std::unique_ptr<Reference> make_w_tiny_lfu(std::size_t capacity, std::size_t key_count) {
  return std::make_unique<WTinyLfu>(capacity, key_count, false);
}

std::unique_ptr<Reference> make_climber(std::size_t capacity, std::size_t key_count) {
  return std::make_unique<WTinyLfu>(capacity, key_count, true);
}

}  // namespace nacre::replay
