// The machine's clocks, and one thread that runs the timers.
#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/mutex.hpp"
#include "nacre/clock.hpp"

namespace nacre {
namespace {

// One timer in the heap. A cancelled one stays until it surfaces or the heap is rebuilt.
struct Due {
  TimePoint when{};
  std::uint64_t id = 0;

  // For a heap with the earliest on top; equal times in the order they were started.
  friend bool operator<(const Due& left, const Due& right) noexcept {
    return std::pair(left.when, left.id) > std::pair(right.when, right.id);
  }
};

// Below this many entries a heap full of cancelled timers is not worth rebuilding.
constexpr std::size_t min_rebuild_count = 64;

// The timers and the loop of their thread. Shared by the clock and the thread, so that the thread
// may outlive a clock whose last owner let go inside a task.
class Timers {
 public:
  std::uint64_t add(TimePoint when, std::function<void()> task) {
    MutexLock lock(mutex_);
    const std::uint64_t id = next_id_++;
    tasks_.emplace(id, std::move(task));
    const bool is_earliest = heap_.empty() || when < heap_.front().when;
    heap_.push_back({.when = when, .id = id});
    std::push_heap(heap_.begin(), heap_.end());
    if (is_earliest) changed_.notify_one();
    return id;
  }

  bool cancel(std::uint64_t id) noexcept {
    decltype(tasks_)::node_type dropped;  // dies after the lock is left: its captures may call us
    MutexLock lock(mutex_);
    dropped = tasks_.extract(id);
    if (dropped.empty()) return false;
    rebuild_if_mostly_cancelled();
    lock.unlock();
    return true;
  }

  void stop() {
    MutexLock lock(mutex_);
    is_stopping_ = true;
    stopped_at_ = std::chrono::steady_clock::now();
    changed_.notify_one();
  }

  void run() {
    MutexLock lock(mutex_);
    while (true) {
      drop_cancelled();
      if (heap_.empty()) {
        if (is_stopping_) return;
        changed_.wait(mutex_);
        continue;
      }
      const TimePoint when = heap_.front().when;
      const TimePoint now = is_stopping_ ? stopped_at_ : std::chrono::steady_clock::now();
      if (when > now) {
        if (is_stopping_) return;
        wait_until(when);
        continue;
      }
      std::function<void()> task = take_first();
      lock.unlock();
      run_or_abort(task, "clock");
      task = nullptr;
      lock.lock();
    }
  }

 private:
  void wait_until(TimePoint when) NACRE_REQUIRES(mutex_) {
    if (when == TimePoint::max()) {
      changed_.wait(mutex_);
    } else {
      changed_.wait_until(mutex_, when);
    }
  }

  std::function<void()> take_first() NACRE_REQUIRES(mutex_) {
    auto node = tasks_.extract(heap_.front().id);
    pop_first();
    return std::move(node.mapped());
  }

  void pop_first() NACRE_REQUIRES(mutex_) {
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }

  void drop_cancelled() NACRE_REQUIRES(mutex_) {
    while (!heap_.empty() && !tasks_.contains(heap_.front().id)) pop_first();
  }

  // Keeps the heap at most twice the live timers: a rebuild of n entries follows n/2 cancels.
  void rebuild_if_mostly_cancelled() noexcept NACRE_REQUIRES(mutex_) {
    if (heap_.size() < min_rebuild_count || heap_.size() <= 2 * tasks_.size()) return;
    std::size_t kept_count = 0;
    for (const Due& due : heap_) {
      if (tasks_.contains(due.id)) heap_[kept_count++] = due;
    }
    heap_.resize(kept_count);
    std::make_heap(heap_.begin(), heap_.end());
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<Due> heap_ NACRE_GUARDED_BY(mutex_);
  std::unordered_map<std::uint64_t, std::function<void()>> tasks_ NACRE_GUARDED_BY(mutex_);
  std::uint64_t next_id_ NACRE_GUARDED_BY(mutex_) = 1;
  bool is_stopping_ NACRE_GUARDED_BY(mutex_) = false;
  TimePoint stopped_at_ NACRE_GUARDED_BY(mutex_){};
};

class SystemClock final : public Clock {
 public:
  SystemClock() : timers_(std::make_shared<Timers>()) {}

  ~SystemClock() override {
    timers_->stop();
    std::thread thread = take_thread();
    if (!thread.joinable()) return;
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();  // the last owner was a task: the thread ends by itself after it
    } else {
      thread.join();
    }
  }

  TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }

  TimePoint coarse_now() const noexcept override {
    timespec ticks{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &ticks);
    return TimePoint(std::chrono::seconds(ticks.tv_sec) + std::chrono::nanoseconds(ticks.tv_nsec));
  }

  std::chrono::system_clock::time_point wall_now() const noexcept override {
    return std::chrono::system_clock::now();
  }

  TimerId call_at(TimePoint when, std::function<void()> task) override {
    NACRE_CHECK(task != nullptr);
    start_thread_once();
    return TimerId{timers_->add(when, std::move(task))};
  }

  bool cancel(TimerId timer) noexcept override {
    return timers_->cancel(static_cast<std::uint64_t>(timer));
  }

 private:
  void start_thread_once() {
    MutexLock lock(mutex_);
    if (is_started_) return;
    thread_ = std::thread([timers = timers_] {
      ::pthread_setname_np(::pthread_self(), "nacre-timer");
      timers->run();
    });
    is_started_ = true;
  }

  std::thread take_thread() {
    MutexLock lock(mutex_);
    return std::move(thread_);
  }

  const std::shared_ptr<Timers> timers_;
  Mutex mutex_;
  std::thread thread_ NACRE_GUARDED_BY(mutex_);
  bool is_started_ NACRE_GUARDED_BY(mutex_) = false;
};

}  // namespace

std::shared_ptr<Clock> make_system_clock() {
  return std::make_shared<SystemClock>();
}

}  // namespace nacre
