#include "memory/shard_mutex.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace nacre::memory {

namespace {

/// About 2 us of spinning: as long as a futex call takes, and longer than most slices.
constexpr int max_spins = 60;

void pause_spinning() noexcept {
#if defined(__SSE2__)
  _mm_pause();
#endif
}

}  // namespace

void ShardMutex::lock_contended() noexcept {
  for (int spin = 0; spin < max_spins; ++spin) {
    std::uint32_t expected = is_free;
    if (state_.load(std::memory_order_relaxed) == is_free &&
        state_.compare_exchange_weak(expected, is_held, std::memory_order_acquire,
                                     std::memory_order_relaxed)) {
      return;
    }
    pause_spinning();
  }
  // From here on we may be one of several sleepers, so we take the lock in the state that makes its
  // unlock() wake the next one.
  while (state_.exchange(has_sleepers, std::memory_order_acquire) != is_free) {
    state_.wait(has_sleepers, std::memory_order_relaxed);
  }
}

}  // namespace nacre::memory
