// Runs a few operations in every order that their sequence points allow.
//
// Each operation has a thread of its own, but only one runs at a time: at a sequence point the
// thread gives the turn back, and the schedule says who is next. A schedule is a list of choices,
// so that each run can be repeated and all of them can be listed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <semaphore>
#include <string_view>
#include <thread>
#include <vector>

#include "base/check.hpp"
#include "base/sequence_point.hpp"

namespace nacre::test {

/// Chooses who runs next: a number below `count`.
using Chooser = std::function<std::size_t(std::size_t count)>;

/// Threads that take turns. One run at a time.
class Interleaver {
 public:
  explicit Interleaver(std::size_t lanes_count) {
    for (std::size_t index = 0; index < lanes_count; ++index) {
      lanes_.push_back(std::make_unique<Lane>());
      Lane* lane = lanes_.back().get();
      lane->thread = std::thread([this, lane] { serve(*lane); });
    }
  }
  Interleaver(const Interleaver&) = delete;
  Interleaver& operator=(const Interleaver&) = delete;
  ~Interleaver() {
    for (const auto& lane : lanes_) {
      lane->operation = nullptr;
      lane->turn.release();
    }
    for (const auto& lane : lanes_) lane->thread.join();
  }

  /// Runs the operations to their ends, one for each lane at most, in the order `choose` says.
  void run(std::vector<std::function<void()>> operations, const Chooser& choose) {
    NACRE_CHECK(operations.size() <= lanes_.size());
    std::vector<Lane*> runnable;
    for (std::size_t index = 0; index < operations.size(); ++index) {
      Lane& lane = *lanes_[index];
      lane.operation = std::move(operations[index]);
      lane.is_done = false;
      runnable.push_back(&lane);
    }
    while (!runnable.empty()) {
      const std::size_t chosen = runnable.size() == 1 ? 0 : choose(runnable.size());
      Lane& lane = *runnable[chosen];
      lane.turn.release();
      given_back_.acquire();
      if (lane.is_done) runnable.erase(runnable.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
  }

  /// The calling thread gives its turn back, when it is one of the lanes.
  static void yield() {
    Lane* lane = current_lane();
    if (lane == nullptr) return;
    lane->owner->given_back_.release();
    lane->turn.acquire();
  }

 private:
  struct Lane {
    Interleaver* owner = nullptr;
    std::binary_semaphore turn{0};
    std::function<void()> operation{};
    bool is_done = false;
    std::thread thread{};
  };

  static Lane*& current_lane() {
    // The sequence points are called from deep inside the code under test: only the thread tells
    // whose they are.
    thread_local Lane* lane = nullptr;
    return lane;
  }

  void serve(Lane& lane) {
    lane.owner = this;
    current_lane() = &lane;
    for (;;) {
      lane.turn.acquire();
      if (!lane.operation) return;
      lane.operation();
      lane.is_done = true;
      given_back_.release();
    }
  }

  std::binary_semaphore given_back_{0};
  std::vector<std::unique_ptr<Lane>> lanes_;
};

/// Lists all schedules, depth first: run once, then advance() until it says that was the last.
class ScheduleList {
 public:
  std::size_t choose(std::size_t count) {
    if (depth_ == choices_.size()) choices_.push_back({0, count});
    return choices_[depth_++].taken;
  }

  /// On to the next schedule; false when there is none.
  bool advance() {
    depth_ = 0;
    while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().count) {
      choices_.pop_back();
    }
    if (choices_.empty()) return false;
    ++choices_.back().taken;
    return true;
  }

 private:
  struct Choice {
    std::size_t taken = 0;
    std::size_t count = 0;
  };
  std::vector<Choice> choices_{};
  std::size_t depth_ = 0;
};

}  // namespace nacre::test
