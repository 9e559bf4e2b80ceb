// The lock of one shard: four bytes, spins briefly, then sleeps.
//
// It is held for some dozen nanoseconds by a hit and for microseconds by a slice of writing, so a
// waiter that spins usually gets it before the kernel could have put it to sleep. The three states
// are those of Drepper, "Futexes Are Tricky", 2011, section 5 (mutex 2).
#pragma once

#include <atomic>
#include <cstdint>

#include "base/annotations.hpp"

namespace nacre::memory {

/// Not recursive, not fair. About 10 ns to lock and unlock when nobody else wants it.
class NACRE_CAPABILITY("mutex") ShardMutex final {
 public:
  ShardMutex() = default;
  ShardMutex(const ShardMutex&) = delete;
  ShardMutex& operator=(const ShardMutex&) = delete;

  void lock() NACRE_ACQUIRE() {
    std::uint32_t expected = is_free;
    // acquire pairs with the release in unlock(): what the last owner wrote is visible.
    if (!state_.compare_exchange_strong(expected, is_held, std::memory_order_acquire,
                                        std::memory_order_relaxed)) [[unlikely]] {
      lock_contended();
    }
  }

  void unlock() NACRE_RELEASE() {
    if (state_.exchange(is_free, std::memory_order_release) == has_sleepers) [[unlikely]] {
      state_.notify_one();
    }
  }

 private:
  static constexpr std::uint32_t is_free = 0;
  static constexpr std::uint32_t is_held = 1;
  static constexpr std::uint32_t has_sleepers = 2;

  void lock_contended() noexcept;

  std::atomic<std::uint32_t> state_{is_free};
};

/// Holds a ShardMutex for a block.
class NACRE_SCOPED_CAPABILITY ShardLock final {
 public:
  explicit ShardLock(ShardMutex& mutex) NACRE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ShardLock(const ShardLock&) = delete;
  ShardLock& operator=(const ShardLock&) = delete;
  ~ShardLock() NACRE_RELEASE() { mutex_.unlock(); }

 private:
  ShardMutex& mutex_;
};

}  // namespace nacre::memory
