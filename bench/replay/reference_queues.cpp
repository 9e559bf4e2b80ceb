// LRU, SIEVE and S3-FIFO.
#include <algorithm>

#include "reference.hpp"

namespace nacre::replay {

namespace {

class Lru final : public Reference {
 public:
  Lru(std::size_t capacity, std::size_t key_count) : capacity_(capacity), lists_(key_count, 1) {}

  bool access(KeyId key) override {
    if (lists_.list_of(key) == 0) {
      lists_.move_to_head(0, key);
      return true;
    }
    if (lists_.count(0) == capacity_) lists_.remove(lists_.tail(0));
    lists_.push_head(0, key);
    return false;
  }

 private:
  const std::size_t capacity_;
  KeyLists lists_;
};

class Sieve final : public Reference {
 public:
  Sieve(std::size_t capacity, std::size_t key_count)
      : capacity_(capacity), lists_(key_count, 1), is_visited_(key_count) {}

  bool access(KeyId key) override {
    if (lists_.list_of(key) == 0) {
      is_visited_[key] = true;
      return true;
    }
    if (lists_.count(0) == capacity_) evict();
    is_visited_[key] = false;
    lists_.push_head(0, key);
    return false;
  }

 private:
  void evict() {
    KeyId at = hand_ == no_key ? lists_.tail(0) : hand_;
    while (is_visited_[at]) {
      is_visited_[at] = false;
      at = lists_.towards_head(at);
      if (at == no_key) at = lists_.tail(0);
    }
    hand_ = lists_.towards_head(at);
    lists_.remove(at);
  }

  const std::size_t capacity_;
  KeyLists lists_;
  std::vector<bool> is_visited_;
  KeyId hand_ = no_key;
};

class S3Fifo final : public Reference {
 public:
  S3Fifo(std::size_t capacity, std::size_t key_count)
      : small_capacity_(std::max<std::size_t>(1, capacity / 10)),
        main_capacity_(capacity - small_capacity_),
        ghost_capacity_(capacity / 10 * 9),
        lists_(key_count, 3),
        frequency_(key_count) {}

  bool access(KeyId key) override {
    const std::uint8_t list = lists_.list_of(key);
    if (list == small || list == main) {
      if (frequency_[key] < 3) ++frequency_[key];
      return true;
    }
    if (list == ghost) lists_.remove(key);
    while (lists_.count(small) + lists_.count(main) >= small_capacity_ + main_capacity_) evict();
    frequency_[key] = 0;
    lists_.push_head(list == ghost ? main : small, key);
    return false;
  }

 private:
  enum : std::uint8_t { small, main, ghost };

  void evict() {
    if (lists_.count(main) > main_capacity_ || lists_.count(small) == 0) {
      evict_main();
    } else {
      evict_small();
    }
  }

  void evict_small() {
    while (lists_.count(small) != 0) {
      const KeyId key = lists_.tail(small);
      lists_.remove(key);
      if (frequency_[key] < 2) {
        if (lists_.count(ghost) >= ghost_capacity_ && ghost_capacity_ != 0) {
          lists_.remove(lists_.tail(ghost));
        }
        if (ghost_capacity_ != 0) lists_.push_head(ghost, key);
        return;
      }
      frequency_[key] = 0;
      lists_.push_head(main, key);
    }
  }

  void evict_main() {
    while (true) {
      const KeyId key = lists_.tail(main);
      lists_.remove(key);
      if (frequency_[key] == 0) return;
      --frequency_[key];
      lists_.push_head(main, key);
    }
  }

  const std::size_t small_capacity_;
  const std::size_t main_capacity_;
  const std::size_t ghost_capacity_;
  KeyLists lists_;
  std::vector<std::uint8_t> frequency_;
};

}  // namespace

std::unique_ptr<Reference> make_lru(std::size_t capacity, std::size_t key_count) {
  return std::make_unique<Lru>(capacity, key_count);
}

std::unique_ptr<Reference> make_sieve(std::size_t capacity, std::size_t key_count) {
  return std::make_unique<Sieve>(capacity, key_count);
}

std::unique_ptr<Reference> make_s3_fifo(std::size_t capacity, std::size_t key_count) {
  return std::make_unique<S3Fifo>(capacity, key_count);
}

const std::vector<ReferenceSpec>& references() {
  static const std::vector<ReferenceSpec> all = {
      {.name = "lru", .make = make_lru},
      {.name = "arc", .make = make_arc, .is_bar = true},
      {.name = "lirs", .make = make_lirs, .is_bar = true},
      {.name = "s3fifo", .make = make_s3_fifo, .is_bar = true},
      {.name = "sieve", .make = make_sieve, .is_bar = true},
      {.name = "wtinylfu", .make = make_w_tiny_lfu},
      {.name = "climber", .make = make_climber, .is_bar = true},
  };
  return all;
}

}  // namespace nacre::replay
