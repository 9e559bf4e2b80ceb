// Where background work runs: loaders, refreshes and listeners.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#pragma GCC visibility push(default)
namespace nacre {

/// Runs tasks on other threads. Thread safe.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Takes `task` to run it once, soon, never inside this call; or refuses it, returning false,
  /// when the queue is full or the executor has stopped. Tasks must not throw.
  [[nodiscard]] virtual bool try_post(std::function<void()> task) = 0;

  /// Takes no more tasks, runs those it has taken, and returns when they are done. Idempotent.
  /// Must not be called from one of its own threads.
  virtual void stop() = 0;

  /// True on one of its own threads. One that has no threads, or cannot tell, says false.
  virtual bool is_own_thread() const noexcept { return false; }
};

struct ThreadPoolOptions {
  /// Threads, 1 to 1024. They start when first needed.
  std::size_t max_threads = 8;

  /// Tasks that may wait for a thread, 1 or more. One more is refused.
  std::size_t max_queued = 4096;

  /// Name of the threads as `top -H` shows it, at most 15 bytes.
  std::string_view name = "nacre";
};

/// Threads with one bounded queue. First come, first served.
std::shared_ptr<Executor> make_thread_pool(ThreadPoolOptions options = {});

}  // namespace nacre
#pragma GCC visibility pop
