// The thread pool behind nacre/executor.hpp.
#include <pthread.h>

#include <atomic>
#include <deque>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/mutex.hpp"
#include "nacre/error.hpp"
#include "nacre/executor.hpp"

namespace nacre {
namespace {

constexpr std::size_t max_pool_threads = 1024;

// Linux keeps 16 bytes for a thread's name, one of them the closing zero.
constexpr std::size_t max_name_bytes = 15;

// The queue and the loop of the threads. Shared by the pool and its threads, so that threads may
// outlive a pool whose last owner let go inside a task.
class TaskQueue {
 public:
  explicit TaskQueue(std::size_t max_queued) : max_queued_(max_queued) {}

  enum class Answer { taken, taken_needs_thread, refused };

  // `can_grow`: the caller can start one more thread, and will when told so.
  Answer push(std::function<void()>& task, bool can_grow) NACRE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (is_stopping_) return Answer::refused;
    const bool needs_thread = tasks_.size() >= idle_count_;
    const bool has_room = tasks_.size() < idle_count_ + max_queued_;
    if (needs_thread && !can_grow && !has_room) return Answer::refused;
    tasks_.push_back(std::move(task));
    if (needs_thread && can_grow) {
      ++idle_count_;  // the thread to be started: it counts from now on
      return Answer::taken_needs_thread;
    }
    wakes_.notify_one();
    return Answer::taken;
  }

  // The thread that push() asked for could not be started. True when others will run the task;
  // else the newest task is given back in `task`.
  bool cancel_growth(bool has_threads, std::function<void()>& task) NACRE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    --idle_count_;
    if (has_threads) {
      wakes_.notify_one();
      return true;
    }
    task = std::move(tasks_.back());
    tasks_.pop_back();
    return false;
  }

  void close() NACRE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    is_stopping_ = true;
    wakes_.notify_all();
  }

  // Runs tasks until the queue is closed and empty.
  void run() NACRE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (true) {
      while (tasks_.empty() && !is_stopping_) wakes_.wait(mutex_);
      if (tasks_.empty()) return;
      std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      --idle_count_;
      lock.unlock();
      run_or_abort(task, "thread pool");
      task = nullptr;  // captures die here, outside the lock, before the next task begins
      lock.lock();
      ++idle_count_;
    }
  }

 private:
  const std::size_t max_queued_;
  Mutex mutex_;
  CondVar wakes_;
  std::deque<std::function<void()>> tasks_ NACRE_GUARDED_BY(mutex_);
  std::size_t idle_count_ NACRE_GUARDED_BY(mutex_) = 0;
  bool is_stopping_ NACRE_GUARDED_BY(mutex_) = false;
};

// The queue whose thread this is; null on threads that are no pool's.
thread_local const TaskQueue* queue_of_this_thread = nullptr;

// Lock order: threads_mutex_, then TaskQueue's mutex. No lock is held while joining: a task that
// runs may post.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(const ThreadPoolOptions& options)
      : max_threads_(options.max_threads),
        name_(options.name),
        queue_(std::make_shared<TaskQueue>(options.max_queued)) {}

  ~ThreadPool() override {
    if (!is_own_thread()) {
      stop();
      return;
    }
    // The last owner was a task: the threads drain the queue and end by themselves.
    queue_->close();
    for (std::thread& thread : take_threads()) thread.detach();
  }

  bool try_post(std::function<void()> task) override {
    NACRE_CHECK(task != nullptr);
    if (has_all_threads_.load(std::memory_order_relaxed)) {
      return queue_->push(task, false) != TaskQueue::Answer::refused;
    }
    MutexLock lock(threads_mutex_);
    const bool can_grow = threads_.size() < max_threads_ && !is_stopped_;
    switch (queue_->push(task, can_grow)) {
      case TaskQueue::Answer::refused:
        return false;
      case TaskQueue::Answer::taken:
        return true;
      case TaskQueue::Answer::taken_needs_thread:
        break;
    }
    return start_thread() || queue_->cancel_growth(!threads_.empty(), task);
  }

  void stop() override {
    NACRE_CHECK(!is_own_thread());
    queue_->close();
    MutexLock lock(stop_mutex_);  // a second caller returns when the first one has joined
    for (std::thread& thread : take_threads()) thread.join();
  }

  bool is_own_thread() const noexcept override { return queue_of_this_thread == queue_.get(); }

 private:
  bool start_thread() NACRE_REQUIRES(threads_mutex_) {
    try {
      threads_.emplace_back([queue = queue_, name = name_] {
        ::pthread_setname_np(::pthread_self(), name.c_str());
        queue_of_this_thread = queue.get();
        queue->run();
      });
    } catch (const std::system_error&) {
      return false;  // the machine has no thread left
    }
    // Relaxed: a thread that sees the old value only takes the longer way.
    has_all_threads_.store(threads_.size() == max_threads_, std::memory_order_relaxed);
    return true;
  }

  std::vector<std::thread> take_threads() NACRE_EXCLUDES(threads_mutex_) {
    MutexLock lock(threads_mutex_);
    is_stopped_ = true;
    return std::exchange(threads_, {});
  }

  const std::size_t max_threads_;
  const std::string name_;
  const std::shared_ptr<TaskQueue> queue_;
  std::atomic<bool> has_all_threads_{false};
  Mutex stop_mutex_ NACRE_ACQUIRED_BEFORE(threads_mutex_);
  Mutex threads_mutex_;
  std::vector<std::thread> threads_ NACRE_GUARDED_BY(threads_mutex_);
  bool is_stopped_ NACRE_GUARDED_BY(threads_mutex_) = false;
};

void check_options(const ThreadPoolOptions& options) {
  if (options.max_threads < 1 || options.max_threads > max_pool_threads) {
    throw Error(Errc::invalid_argument, "max_threads is out of range; allowed are 1 to 1024",
                {{"field", "max_threads"}, {"allowed", "1 to 1024"}});
  }
  if (options.max_queued < 1) {
    throw Error(Errc::invalid_argument, "max_queued is 0; allowed is 1 or more",
                {{"field", "max_queued"}, {"allowed", "1 or more"}});
  }
  if (options.name.size() > max_name_bytes) {
    throw Error(Errc::invalid_argument, "name is too long; allowed are at most 15 bytes",
                {{"field", "name"}, {"allowed", "at most 15 bytes"}});
  }
}

}  // namespace

std::shared_ptr<Executor> make_thread_pool(ThreadPoolOptions options) {
  check_options(options);
  return std::make_shared<ThreadPool>(options);
}

}  // namespace nacre
