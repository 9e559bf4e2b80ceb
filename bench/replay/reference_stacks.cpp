// ARC and LIRS.
#include <algorithm>

#include "reference.hpp"

namespace nacre::replay {

namespace {

class Arc final : public Reference {
 public:
  Arc(std::size_t capacity, std::size_t key_count) : capacity_(capacity), lists_(key_count, 4) {}

  // The cases I to IV of the paper's figure 4.
  bool access(KeyId key) override {
    const std::uint8_t list = lists_.list_of(key);
    if (list == recent || list == frequent) {
      lists_.move_to_head(frequent, key);
      return true;
    }
    if (list == recent_ghost) {
      const double step = ratio(lists_.count(frequent_ghost), lists_.count(recent_ghost));
      target_ = std::min(target_ + step, static_cast<double>(capacity_));
      replace(false);
      lists_.move_to_head(frequent, key);
    } else if (list == frequent_ghost) {
      const double step = ratio(lists_.count(recent_ghost), lists_.count(frequent_ghost));
      target_ = std::max(target_ - step, 0.0);
      replace(true);
      lists_.move_to_head(frequent, key);
    } else {
      make_room();
      lists_.push_head(recent, key);
    }
    return false;
  }

 private:
  enum : std::uint8_t { recent, frequent, recent_ghost, frequent_ghost };

  static double ratio(std::size_t other, std::size_t own) {
    return std::max(1.0, static_cast<double>(other) / static_cast<double>(own));
  }

  void make_room() {
    const std::size_t all_recent = lists_.count(recent) + lists_.count(recent_ghost);
    const std::size_t all = all_recent + lists_.count(frequent) + lists_.count(frequent_ghost);
    if (all_recent == capacity_) {
      if (lists_.count(recent) < capacity_) {
        lists_.remove(lists_.tail(recent_ghost));
        replace(false);
      } else {
        lists_.remove(lists_.tail(recent));
      }
    } else if (all >= capacity_) {
      if (all == 2 * capacity_) lists_.remove(lists_.tail(frequent_ghost));
      replace(false);
    }
  }

  void replace(bool is_frequent_ghost) {
    if (lists_.count(recent) + lists_.count(frequent) < capacity_) return;
    const auto length = static_cast<double>(lists_.count(recent));
    if (lists_.count(recent) != 0 &&
        (length > target_ || (is_frequent_ghost && length >= target_) ||
         lists_.count(frequent) == 0)) {
      lists_.move_to_head(recent_ghost, lists_.tail(recent));
    } else {
      lists_.move_to_head(frequent_ghost, lists_.tail(frequent));
    }
  }

  const std::size_t capacity_;
  KeyLists lists_;
  double target_ = 0;  ///< of the recent list
};

/// Stack and queue cross each other, so each has lists of its own. The stack is pruned below the
/// last LIR block; blocks that are not resident leave it when there are more than three caches of
/// them.
class Lirs final : public Reference {
 public:
  Lirs(std::size_t capacity, std::size_t key_count)
      : queue_capacity_(std::max<std::size_t>(1, capacity / 100)),
        lir_capacity_(capacity - queue_capacity_),
        stack_(key_count, 1),
        queue_(key_count, 2),
        state_(key_count, absent) {}

  bool access(KeyId key) override {
    const bool is_hit = state_[key] != absent;
    if (state_[key] == lir) {
      const bool was_bottom = stack_.tail(0) == key;
      stack_.move_to_head(0, key);
      if (was_bottom) prune();
    } else if (is_hit) {
      hit_resident(key);
    } else {
      miss(key);
    }
    return is_hit;
  }

 private:
  enum : std::uint8_t { resident, ghost };
  enum State : std::uint8_t { absent, lir, hir };

  void hit_resident(KeyId key) {
    if (stack_.list_of(key) == 0) {
      stack_.move_to_head(0, key);
      queue_.remove(key);
      state_[key] = lir;
      ++lir_count_;
      demote_bottom();
    } else {
      stack_.push_head(0, key);
      queue_.move_to_head(resident, key);
    }
  }

  void miss(KeyId key) {
    if (lir_count_ < lir_capacity_ && queue_.list_of(key) != ghost && queue_.count(resident) == 0) {
      state_[key] = lir;
      ++lir_count_;
      stack_.push_head(0, key);
      return;
    }
    if (lir_count_ + queue_.count(resident) >= lir_capacity_ + queue_capacity_) evict();
    if (queue_.list_of(key) == ghost) {
      queue_.remove(key);
      stack_.move_to_head(0, key);
      state_[key] = lir;
      ++lir_count_;
      demote_bottom();
    } else {
      stack_.push_head(0, key);
      queue_.push_head(resident, key);
      state_[key] = hir;
    }
  }

  void evict() {
    if (queue_.count(resident) == 0) demote_bottom(lir_count_);
    const KeyId key = queue_.tail(resident);
    queue_.remove(key);
    state_[key] = absent;
    if (stack_.list_of(key) != 0) return;
    queue_.push_head(ghost, key);
    if (queue_.count(ghost) <= 3 * (lir_capacity_ + queue_capacity_)) return;
    const KeyId oldest = queue_.tail(ghost);
    queue_.remove(oldest);
    stack_.remove(oldest);
  }

  void demote_bottom() {
    if (lir_count_ > lir_capacity_) demote_bottom(lir_count_);
  }

  void demote_bottom(std::size_t /*lir_count*/) {
    const KeyId bottom = stack_.tail(0);
    stack_.remove(bottom);
    state_[bottom] = hir;
    --lir_count_;
    queue_.push_head(resident, bottom);
    prune();
  }

  void prune() {
    while (stack_.count(0) != 0 && state_[stack_.tail(0)] != lir) {
      const KeyId bottom = stack_.tail(0);
      stack_.remove(bottom);
      if (queue_.list_of(bottom) == ghost) queue_.remove(bottom);
    }
  }

  const std::size_t queue_capacity_;
  const std::size_t lir_capacity_;
  KeyLists stack_;
  KeyLists queue_;  ///< resident HIR blocks, and the ghosts that are in the stack
  std::vector<State> state_;
  std::size_t lir_count_ = 0;
};

}  // namespace

std::unique_ptr<Reference> make_arc(std::size_t capacity, std::size_t key_count) {
  return std::make_unique<Arc>(capacity, key_count);
}

std::unique_ptr<Reference> make_lirs(std::size_t capacity, std::size_t key_count) {
  return std::make_unique<Lirs>(capacity, key_count);
}

}  // namespace nacre::replay
