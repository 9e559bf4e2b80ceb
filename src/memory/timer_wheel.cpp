#include "memory/timer_wheel.hpp"

#include <algorithm>

namespace nacre::memory {

void TimerWheel::add(Ref ref, Tick due) noexcept {
  due = std::max(due, current_);
  // The level is that of the highest digit in which `due` differs from the present.
  const auto differing = static_cast<unsigned>(std::bit_width(due ^ current_));
  const unsigned level = differing == 0 ? 0 : (differing - 1) / slot_bits;
  const unsigned digit = slot_at(level, due);
  const unsigned slot = level * slots + digit;
  Node& filed = node(ref);
  filed.timer_previous = head_flag | slot;
  filed.timer_next = heads_[slot];
  if (heads_[slot] != 0) node(heads_[slot]).timer_previous = ref;
  heads_[slot] = ref;
  occupied_[level] |= std::uint64_t{1} << digit;
  ++count_;
}

void TimerWheel::remove(Ref ref) noexcept {
  Node& filed = node(ref);
  if (filed.timer_previous == 0) return;
  if (filed.timer_next != 0) node(filed.timer_next).timer_previous = filed.timer_previous;
  if ((filed.timer_previous & head_flag) == 0) {
    node(filed.timer_previous).timer_next = filed.timer_next;
  } else {
    const unsigned slot = filed.timer_previous & ~head_flag;
    heads_[slot] = filed.timer_next;
    if (filed.timer_next == 0) occupied_[slot / slots] &= ~(std::uint64_t{1} << (slot % slots));
  }
  filed.timer_next = 0;
  filed.timer_previous = 0;
  --count_;
}

void TimerWheel::relocated(Ref to) noexcept {
  const Node& moved = node(to);
  if (moved.timer_previous == 0) return;
  if (moved.timer_next != 0) node(moved.timer_next).timer_previous = to;
  if ((moved.timer_previous & head_flag) == 0) {
    node(moved.timer_previous).timer_next = to;
  } else {
    heads_[moved.timer_previous & ~head_flag] = to;
  }
}

unsigned TimerWheel::next_slot() const noexcept {
  // A slot of the present at a higher level is one that was only partly moved down: it comes first.
  for (unsigned level = levels; level-- > 0;) {
    const unsigned digit = slot_at(level, current_);
    if ((occupied_[level] >> digit & 1) != 0) return level * slots + digit;
  }
  // All else at a lower level comes before anything at a higher one.
  for (unsigned level = 0; level < levels; ++level) {
    if (occupied_[level] != 0) {
      return level * slots + static_cast<unsigned>(std::countr_zero(occupied_[level]));
    }
  }
  return levels * slots;
}

Tick TimerWheel::next_tick() const noexcept {
  const unsigned slot = next_slot();
  if (slot == levels * slots) return no_tick;
  const unsigned level = slot / slots;
  const unsigned shift = slot_bits * level;
  const Tick above = current_ >> shift >> slot_bits << slot_bits << shift;
  return std::max(current_, above | (Tick{slot % slots} << shift));
}

}  // namespace nacre::memory
