// The threads all links of a client live on: one event loop each.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "base/random.hpp"
#include "nacre/clock.hpp"

namespace boost::asio {
class io_context;
}

namespace nacre::redis {

/// One loop and its thread. Tasks must not throw.
class IoThread {
 public:
  IoThread(std::shared_ptr<Clock> clock, std::shared_ptr<Random> random);
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  ~IoThread();

  /// Runs `task` on the loop's thread, in order, never inside this call; false once it has stopped.
  /// Tasks that come while the thread is busy are taken together: one wake-up for all. Thread safe.
  bool post(std::function<void()> task);

  /// Runs `task` at the end of the present turn of the loop, when all that was ready is done. Loop
  /// thread only.
  void at_turn_end(std::function<void()> task);

  /// Runs `task` on the loop's thread soon after `when`, by the Clock. A task may still run after
  /// cancel() when it was due already, so tasks look at the state they find. Thread safe.
  TimerId call_at(TimePoint when, std::function<void()> task);
  void cancel(TimerId timer) noexcept;

  /// True on the loop's thread.
  bool is_current() const noexcept;

  Clock& clock() const noexcept { return *clock_; }
  Random& random() const noexcept { return *random_; }

  /// For sockets. Loop thread only, but for construction.
  boost::asio::io_context& context() const noexcept;

  /// Ends the thread after the tasks that were posted; later posts are refused. Idempotent. Not on
  /// the loop's own thread.
  void stop();

 private:
  struct Loop;

  std::shared_ptr<Clock> clock_;
  std::shared_ptr<Random> random_;
  // Shared with timers of the clock and handlers of sockets, which may outlive the IoThread.
  std::shared_ptr<Loop> loop_;
};

/// 1 to 64 IoThreads. Thread safe. Several clients may share one.
class IoThreads {
 public:
  IoThreads(std::size_t count, std::shared_ptr<Clock> clock, std::shared_ptr<Random> random);
  ~IoThreads();

  std::size_t size() const noexcept { return threads_.size(); }
  IoThread& operator[](std::size_t index) const noexcept { return *threads_[index]; }
  Clock& clock() const noexcept { return threads_.front()->clock(); }

  /// The thread the caller is on, or else always the same one for the same caller.
  std::size_t index_for_caller() const noexcept;

  void stop();

 private:
  std::vector<std::unique_ptr<IoThread>> threads_;
};

}  // namespace nacre::redis
