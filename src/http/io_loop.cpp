#include "http/io_loop.hpp"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/check.hpp"

namespace nacre {

void LoopPoster::post(std::function<void()> task) const {
  const std::shared_ptr<boost::asio::io_context> context = context_.lock();
  if (!context) return;
  boost::asio::post(*context,
                    [task = std::move(task)] { run_or_abort(task, "origin event loop"); });
}

IoLoop::IoLoop(std::shared_ptr<Clock> clock)
    : clock_(std::move(clock)),
      context_(std::make_shared<boost::asio::io_context>(1)),
      thread_([context = context_] {
        const auto guard = boost::asio::make_work_guard(*context);
        run_or_abort([&] { context->run(); }, "origin event loop");
      }) {
  pthread_setname_np(thread_.native_handle(), "nacre-origin");
}

IoLoop::~IoLoop() {
  stop();
}

TimerId IoLoop::call_at(TimePoint when, std::function<void()> task) {
  return clock_->call_at(when, [poster = poster(), task = std::move(task)] { poster.post(task); });
}

void IoLoop::stop() {
  if (!thread_.joinable()) return;
  context_->stop();
  thread_.join();
}

}  // namespace nacre
