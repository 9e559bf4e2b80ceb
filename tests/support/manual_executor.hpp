// An Executor that runs its tasks when the test says so, on the test's thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <utility>

#include "base/mutex.hpp"
#include "nacre/executor.hpp"

namespace nacre::test {

/// Takes tasks from any thread; run_one() and run_all() by one thread at a time.
class ManualExecutor final : public Executor {
 public:
  /// `max_queued` tasks may wait; one more is refused. 0 refuses every task.
  explicit ManualExecutor(std::size_t max_queued = std::numeric_limits<std::size_t>::max())
      : max_queued_(max_queued) {}

  bool try_post(std::function<void()> task) override {
    MutexLock lock(mutex_);
    if (is_stopped_ || tasks_.size() >= max_queued_) {
      ++refused_count_;
      return false;
    }
    tasks_.push_back(std::move(task));
    return true;
  }

  /// Runs the tasks that wait, and those they post before the last has run; then refuses all.
  void stop() override {
    run_all();
    MutexLock lock(mutex_);
    is_stopped_ = true;
  }

  /// Runs the oldest task. False when there was none.
  bool run_one() {
    std::function<void()> task;
    {
      MutexLock lock(mutex_);
      if (tasks_.empty()) return false;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    return true;
  }

  /// Runs tasks, also those that tasks post, until none waits. Returns how many ran.
  std::size_t run_all() {
    std::size_t ran_count = 0;
    while (run_one()) ++ran_count;
    return ran_count;
  }

  /// Drops the tasks that wait, without running them: an executor that died.
  void drop_all() {
    std::deque<std::function<void()>> dropped;  // dies after the lock is left
    MutexLock lock(mutex_);
    dropped.swap(tasks_);
    lock.unlock();
  }

  std::size_t pending_count() const {
    MutexLock lock(mutex_);
    return tasks_.size();
  }

  /// How often try_post() returned false.
  std::size_t refused_count() const {
    MutexLock lock(mutex_);
    return refused_count_;
  }

 private:
  const std::size_t max_queued_;
  mutable Mutex mutex_;
  std::deque<std::function<void()>> tasks_ NACRE_GUARDED_BY(mutex_);
  std::size_t refused_count_ NACRE_GUARDED_BY(mutex_) = 0;
  bool is_stopped_ NACRE_GUARDED_BY(mutex_) = false;
};

}  // namespace nacre::test
