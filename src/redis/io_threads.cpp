#include "redis/io_threads.hpp"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/mutex.hpp"

namespace nacre::redis {

struct IoThread::Loop : std::enable_shared_from_this<Loop> {
  boost::asio::io_context context{1};
  std::thread thread{};
  Mutex mutex;
  std::vector<std::function<void()>> inbox NACRE_GUARDED_BY(mutex);
  bool is_stopped NACRE_GUARDED_BY(mutex) = false;

  // Only the first of those who come while the thread is busy wakes it.
  bool post(std::function<void()> task) {
    {
      MutexLock lock(mutex);
      if (is_stopped) return false;
      inbox.push_back(std::move(task));
      if (inbox.size() > 1) return true;
    }
    boost::asio::post(context, [self = shared_from_this()] { self->run_inbox(); });
    return true;
  }

  void run_inbox() {
    std::vector<std::function<void()>> tasks;
    {
      MutexLock lock(mutex);
      tasks.swap(inbox);
    }
    for (const std::function<void()>& task : tasks) run_or_abort(task, "redis io thread");
  }
};

IoThread::IoThread(std::shared_ptr<Clock> clock, std::shared_ptr<Random> random)
    : clock_(std::move(clock)), random_(std::move(random)), loop_(std::make_shared<Loop>()) {
  loop_->thread = std::thread([loop = loop_] {
    const auto guard = boost::asio::make_work_guard(loop->context);
    run_or_abort([&] { loop->context.run(); }, "redis io thread");
  });
  pthread_setname_np(loop_->thread.native_handle(), "nacre-redis");
}

IoThread::~IoThread() {
  stop();
}

bool IoThread::post(std::function<void()> task) {
  return loop_->post(std::move(task));
}

void IoThread::at_turn_end(std::function<void()> task) {
  boost::asio::post(loop_->context,
                    [task = std::move(task)] { run_or_abort(task, "redis io thread"); });
}

TimerId IoThread::call_at(TimePoint when, std::function<void()> task) {
  return clock_->call_at(when, [weak = std::weak_ptr(loop_), task = std::move(task)] {
    if (const std::shared_ptr<Loop> loop = weak.lock()) loop->post(task);
  });
}

void IoThread::cancel(TimerId timer) noexcept {
  clock_->cancel(timer);
}

bool IoThread::is_current() const noexcept {
  return loop_->context.get_executor().running_in_this_thread();
}

boost::asio::io_context& IoThread::context() const noexcept {
  return loop_->context;
}

void IoThread::stop() {
  if (!loop_->thread.joinable()) return;
  {
    MutexLock lock(loop_->mutex);
    loop_->is_stopped = true;
  }
  // Behind the tasks that were posted before.
  boost::asio::post(loop_->context, [loop = loop_] {
    loop->run_inbox();
    loop->context.stop();
  });
  loop_->thread.join();
}

IoThreads::IoThreads(std::size_t count, std::shared_ptr<Clock> clock,
                     std::shared_ptr<Random> random) {
  NACRE_CHECK(count >= 1 && count <= 64);
  threads_.reserve(count);
  for (; count > 0; --count) threads_.push_back(std::make_unique<IoThread>(clock, random));
}

IoThreads::~IoThreads() = default;

std::size_t IoThreads::index_for_caller() const noexcept {
  for (std::size_t index = 0; index < threads_.size(); ++index) {
    if (threads_[index]->is_current()) return index;
  }
  return std::hash<std::thread::id>()(std::this_thread::get_id()) % threads_.size();
}

void IoThreads::stop() {
  for (const std::unique_ptr<IoThread>& thread : threads_) thread->stop();
}

}  // namespace nacre::redis
