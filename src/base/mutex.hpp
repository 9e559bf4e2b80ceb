// The standard mutexes with the annotations that let clang check who guards what.
//
//   Mutex mutex_;
//   int count_ NACRE_GUARDED_BY(mutex_) = 0;
//   ...
//   MutexLock lock(mutex_);
//   ++count_;
//
// Everything is inline and costs what the standard type costs (about 11 ns uncontended).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#include "base/annotations.hpp"

namespace nacre {

/// A std::mutex that clang can check. Not recursive.
class NACRE_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() NACRE_ACQUIRE() { native_.lock(); }
  void unlock() NACRE_RELEASE() { native_.unlock(); }
  [[nodiscard]] bool try_lock() NACRE_TRY_ACQUIRE(true) { return native_.try_lock(); }

 private:
  friend class CondVar;
  std::mutex native_;
};

/// Holds a Mutex for a block. May be unlocked early and locked again, for a call that must not
/// run under the lock.
class NACRE_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) NACRE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() NACRE_RELEASE() {
    if (is_held_) mutex_.unlock();
  }

  void unlock() NACRE_RELEASE() {
    mutex_.unlock();
    is_held_ = false;
  }

  void lock() NACRE_ACQUIRE() {
    mutex_.lock();
    is_held_ = true;
  }

 private:
  Mutex& mutex_;
  bool is_held_ = true;
};

/// A std::shared_mutex that clang can check. Take it only where readers hold it for long: for a
/// few loads a Mutex is as fast.
class NACRE_CAPABILITY("mutex") SharedMutex {
 public:
  SharedMutex() = default;
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

  void lock() NACRE_ACQUIRE() { native_.lock(); }
  void unlock() NACRE_RELEASE() { native_.unlock(); }
  void lock_shared() NACRE_ACQUIRE_SHARED() { native_.lock_shared(); }
  void unlock_shared() NACRE_RELEASE_SHARED() { native_.unlock_shared(); }

 private:
  std::shared_mutex native_;
};

/// Holds a SharedMutex for a block, together with other readers.
class NACRE_SCOPED_CAPABILITY ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) NACRE_ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;
  ~ReaderLock() NACRE_RELEASE_GENERIC() { mutex_.unlock_shared(); }

 private:
  SharedMutex& mutex_;
};

/// Holds a SharedMutex for a block, alone.
class NACRE_SCOPED_CAPABILITY WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) NACRE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock() NACRE_RELEASE() { mutex_.unlock(); }

 private:
  SharedMutex& mutex_;
};

/// Waits for a condition guarded by a Mutex. Wake-ups may be spurious: wait in a loop.
///
/// The timed wait measures the machine's own time, so it is for threads of base/ only. Code that
/// waits on behalf of a caller uses Event (base/event.hpp), which obeys a Clock.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  void notify_one() noexcept { native_.notify_one(); }
  void notify_all() noexcept { native_.notify_all(); }

  void wait(Mutex& mutex) NACRE_REQUIRES(mutex) {
    std::unique_lock<std::mutex> held(mutex.native_, std::adopt_lock);
    native_.wait(held);
    held.release();
  }

  /// False when `when` passed without a notification.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point when) NACRE_REQUIRES(mutex) {
    std::unique_lock<std::mutex> held(mutex.native_, std::adopt_lock);
    const std::cv_status status = native_.wait_until(held, when);
    held.release();
    return status == std::cv_status::no_timeout;
  }

 private:
  std::condition_variable native_;
};

}  // namespace nacre
