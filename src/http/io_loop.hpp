// One thread that runs an event loop: all sockets of the origin clients live on it.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "nacre/clock.hpp"

namespace boost::asio {
class io_context;
}

namespace nacre {

/// Hands tasks to a loop that may have ended; they are then dropped. Copyable, thread safe.
class LoopPoster {
 public:
  explicit LoopPoster(std::weak_ptr<boost::asio::io_context> context) noexcept
      : context_(std::move(context)) {}

  void post(std::function<void()> task) const;

 private:
  std::weak_ptr<boost::asio::io_context> context_;
};

/// The loop and its thread. post(), call_at() and cancel() are thread safe.
class IoLoop {
 public:
  /// Starts the thread.
  explicit IoLoop(std::shared_ptr<Clock> clock);
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;
  ~IoLoop();

  /// Runs `task` on the loop's thread, in order, never inside this call.
  void post(std::function<void()> task) const { poster().post(std::move(task)); }
  LoopPoster poster() const noexcept { return LoopPoster(context_); }

  /// Runs `task` on the loop's thread soon after `when`. A task that is due already may run
  /// although its timer is cancelled, so tasks look at the state they find.
  TimerId call_at(TimePoint when, std::function<void()> task);
  void cancel(TimerId timer) noexcept { clock_->cancel(timer); }

  Clock& clock() const noexcept { return *clock_; }

  /// For sockets. Loop thread only, but for construction.
  boost::asio::io_context& context() const noexcept { return *context_; }

  /// Ends the thread after the task that runs; drops the others. Idempotent. Not on the loop's
  /// own thread. May wait for a name that is being resolved: the system call has no end of its own.
  void stop();

 private:
  std::shared_ptr<Clock> clock_;
  // Shared so that a late timer of the clock can find out, by a weak pointer, that it has gone.
  std::shared_ptr<boost::asio::io_context> context_;
  std::thread thread_;
};

}  // namespace nacre
