#include "cache/load_waits.hpp"

#include <utility>

namespace nacre {

namespace {

// More loads than this never run at once.
constexpr std::size_t max_chain_steps = 65'536;

// Thread-local because the call stack of a loader is what decides: a loader that waits for its own
// key waits for ever, and one that waits for a thread of the pool it occupies may.
thread_local const LoadFrame* innermost_frame = nullptr;

// The loader of `frame` still has to answer, and belongs to `owner`.
bool counts(const LoadFrame& frame, const Loads& owner) noexcept {
  return frame.owner == &owner && !frame.flight->has_answered.load(std::memory_order_relaxed);
}

}  // namespace

const LoadFrame* LoadFrame::innermost_running() noexcept {
  const LoadFrame* frame = innermost_frame;
  // Relaxed: the answer was given by this very thread, or the loader is asynchronous and then
  // either view is right.
  while (frame != nullptr && frame->flight->has_answered.load(std::memory_order_relaxed)) {
    frame = frame->outer;
  }
  return frame;
}

LoadScope::LoadScope(const Loads& owner, Flight& flight) noexcept
    : frame_{&flight, innermost_frame, &owner, innermost_frame ? innermost_frame->depth + 1 : 1} {
  innermost_frame = &frame_;
}

LoadScope::~LoadScope() {
  innermost_frame = frame_.outer;
}

LoadWaits::Scope::Scope(LoadWaits& waits, const Loads& owner, const std::shared_ptr<Waiter>& waiter)
    : waits_(waits) {
  if (innermost_frame == nullptr) return;
  MutexLock lock(waits_.mutex_);
  closes_circle_ = waits_.leads_here(owner, *waiter);
  if (closes_circle_) return;
  // All of them wait: each outer one for the next inner one, and that for this.
  for (const LoadFrame* frame = innermost_frame; frame != nullptr; frame = frame->outer) {
    if (!counts(*frame, owner) || before_count_ == before_.size()) continue;
    before_[before_count_++] = {frame->flight, std::exchange(frame->flight->waits_for, waiter)};
  }
}

LoadWaits::Scope::~Scope() {
  if (before_count_ == 0) return;
  MutexLock lock(waits_.mutex_);
  for (std::size_t index = 0; index < before_count_; ++index) {
    before_[index].flight->waits_for = std::move(before_[index].waits_for);
  }
}

bool LoadWaits::leads_here(const Loads& owner, const Waiter& waiter) {
  // It ends, for no circle was closed before this one. The limit is for a defect of this file.
  std::size_t steps_left = max_chain_steps;
  std::shared_ptr<Flight> next = flights_.flight_of(waiter);
  while (next != nullptr && steps_left-- > 0) {
    for (const LoadFrame* frame = innermost_frame; frame != nullptr; frame = frame->outer) {
      if (frame->flight == next.get() && counts(*frame, owner)) return true;
    }
    const bool has_answered = next->has_answered.load(std::memory_order_relaxed);
    const std::shared_ptr<Waiter> further = has_answered ? nullptr : next->waits_for;
    next = further == nullptr ? nullptr : flights_.flight_of(*further);
  }
  return false;
}

}  // namespace nacre
