#include "memory/shard_mutex.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace nacre::memory {
namespace {

TEST(ShardMutex, lets_one_thread_in_at_a_time_and_wakes_who_sleeps) {
  ShardMutex mutex;
  std::uint64_t count = 0;
  std::vector<std::jthread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&mutex, &count] {
      for (int round = 0; round < 20'000; ++round) {
        ShardLock lock(mutex);
        ++count;
        // Now and then long enough that the others go to sleep.
        if (round % 2'000 == 0) std::this_thread::yield();
      }
    });
  }
  threads.clear();
  EXPECT_EQ(count, 80'000u);
}

}  // namespace
}  // namespace nacre::memory
