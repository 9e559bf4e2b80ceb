// Keeps the changes that did not reach the server and repeats them until they have (P7).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/mutex.hpp"
#include "remote/parts.hpp"
#include "remote/sweeps.hpp"

namespace nacre::remote {

/// Thread safe. Timers hold it weakly. Callbacks run outside its lock.
class Replay final : public std::enable_shared_from_this<Replay> {
 public:
  struct Listener {
    std::function<void()> on_overflow{};  ///< too many: everything is unknown
    std::function<void()> on_empty{};     ///< all has reached the server
  };

  Replay(std::shared_ptr<Parts> parts, Listener listener)
      : owned_(std::move(parts)), parts_(*owned_), listener_(std::move(listener)) {}

  /// Keeps it, and begins to repeat it after a while.
  void keep(Change change);
  void keep(SharedSweep sweep);

  /// The server is there again: repeats at once. Nothing when nothing is kept.
  void hurry();

 private:
  struct Round;

  void after_keeping(bool has_overflowed);
  void run_later(Duration delay) NACRE_REQUIRES(mutex_);
  void run();
  void run_sweep();
  void end_round(bool is_whole);

  const std::shared_ptr<Parts> owned_;  // a timer may run while the tier goes
  Parts& parts_;
  Sweeps sweeps_{parts_};
  const Listener listener_;
  Mutex mutex_;
  bool is_running_ NACRE_GUARDED_BY(mutex_) = false;  ///< a round is out
  bool is_hurried_ NACRE_GUARDED_BY(mutex_) = false;  ///< another one is to follow at once
  std::uint32_t failures_in_a_row_ NACRE_GUARDED_BY(mutex_) = 0;
  TimerId timer_ NACRE_GUARDED_BY(mutex_){};
};

}  // namespace nacre::remote
