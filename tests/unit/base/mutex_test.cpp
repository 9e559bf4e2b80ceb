#include "base/mutex.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace nacre {
namespace {

struct Shelf {
  Mutex mutex;
  CondVar changed;
  int items NACRE_GUARDED_BY(mutex) = 0;
};

TEST(CondVar, hands_over_between_threads) {
  Shelf shelf;
  std::thread consumer([&shelf] {
    for (int i = 0; i < 1000; ++i) {
      MutexLock lock(shelf.mutex);
      while (shelf.items == 0) shelf.changed.wait(shelf.mutex);
      --shelf.items;
    }
  });
  for (int i = 0; i < 1000; ++i) {
    MutexLock lock(shelf.mutex);
    ++shelf.items;
    shelf.changed.notify_one();
  }
  consumer.join();
  MutexLock lock(shelf.mutex);
  EXPECT_EQ(shelf.items, 0);
}

TEST(CondVar, a_wait_that_times_out_holds_the_mutex_again) {
  Shelf shelf;
  MutexLock lock(shelf.mutex);
  EXPECT_FALSE(shelf.changed.wait_until(shelf.mutex, std::chrono::steady_clock::time_point{}));
  std::thread other([&shelf] {
    const bool was_free = shelf.mutex.try_lock();
    if (was_free) shelf.mutex.unlock();
    EXPECT_FALSE(was_free);
  });
  other.join();
}

TEST(MutexLock, may_be_left_early_and_taken_again) {
  Shelf shelf;
  MutexLock lock(shelf.mutex);
  shelf.items = 1;
  lock.unlock();
  std::thread other([&shelf] {
    MutexLock inner(shelf.mutex);
    shelf.items = 2;
  });
  other.join();
  lock.lock();
  EXPECT_EQ(shelf.items, 2);
}

TEST(SharedMutex, lets_readers_in_together_and_writers_alone) {
  SharedMutex mutex;
  int value = 0;
  {
    const ReaderLock first(mutex);
    std::thread reader([&mutex, &value] {
      const ReaderLock second(mutex);  // would wait for ever if readers excluded each other
      EXPECT_EQ(value, 0);
    });
    reader.join();
  }
  std::thread writers[2];
  for (std::thread& writer : writers) {
    writer = std::thread([&mutex, &value] {
      for (int i = 0; i < 1000; ++i) {
        const WriterLock lock(mutex);
        ++value;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(value, 2000);
}

}  // namespace
}  // namespace nacre
