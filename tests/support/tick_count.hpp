// A measure of time that stands still when the machine does.
//
// How long something took says little on a machine that let the process wait. Timers of the same
// clock wait as long, so their number says what the process itself could have done meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "nacre/clock.hpp"

namespace nacre::test {

/// Counts timers that follow one another while it lives.
class TickCount {
 public:
  static constexpr Duration tick = std::chrono::milliseconds(10);

  explicit TickCount(std::shared_ptr<Clock> clock)
      : chain_(std::make_shared<Chain>(std::move(clock))) {
    arm(chain_);
  }
  TickCount(const TickCount&) = delete;
  TickCount& operator=(const TickCount&) = delete;
  ~TickCount() { chain_->is_over = true; }

  /// What has passed: never more than by the clock.
  Duration passed() const noexcept { return chain_->count.load() * tick; }

 private:
  struct Chain {
    explicit Chain(std::shared_ptr<Clock> its_clock) : clock(std::move(its_clock)) {}
    std::shared_ptr<Clock> clock;
    std::atomic<int> count{0};
    std::atomic<bool> is_over{false};
  };

  static void arm(const std::shared_ptr<Chain>& chain) {
    chain->clock->call_at(chain->clock->now() + tick, [weak = std::weak_ptr<Chain>(chain)] {
      const std::shared_ptr<Chain> alive = weak.lock();
      if (alive == nullptr || alive->is_over) return;
      ++alive->count;
      arm(alive);
    });
  }

  std::shared_ptr<Chain> chain_;
};

}  // namespace nacre::test
