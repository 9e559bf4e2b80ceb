#include "base/striped_counter.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "base/mutex.hpp"

namespace nacre {
namespace {

TEST(StripedCounter, loses_nothing_between_threads) {
  StripedCounter counter;
  std::vector<std::thread> threads;
  for (int t = 0; t < 20; ++t) {
    threads.emplace_back([&counter] {
      for (int i = 0; i < 5000; ++i) counter.add();
      counter.add(3);
    });
  }
  std::uint64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t sum = counter.sum();
    EXPECT_GE(sum, last);
    last = sum;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.sum(), 20U * 5003U);
}

TEST(ThreadStripe, stays_with_the_thread_and_is_shared_by_none_of_the_next_few) {
  Mutex mutex;
  std::set<std::size_t> stripes;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < stripe_count; ++t) {
    threads.emplace_back([&] {
      const std::size_t stripe = thread_stripe();
      EXPECT_LT(stripe, stripe_count);
      EXPECT_EQ(stripe, thread_stripe());
      const MutexLock lock(mutex);
      stripes.insert(stripe);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stripes.size(), stripe_count);
}

TEST(StripedCounter, keeps_its_stripes_on_lines_of_their_own) {
  EXPECT_EQ(sizeof(StripedCounter), stripe_count * cache_line_bytes);
  EXPECT_EQ(alignof(StripedCounter), cache_line_bytes);
}

}  // namespace
}  // namespace nacre
