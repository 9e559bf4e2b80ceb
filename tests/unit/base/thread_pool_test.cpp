#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/event.hpp"
#include "base/mutex.hpp"
#include "nacre/error.hpp"
#include "nacre/executor.hpp"

namespace nacre {
namespace {

TEST(ThreadPool, runs_every_task_it_took_before_stop_returns) {
  const auto pool = make_thread_pool({.max_threads = 3, .max_queued = 100'000});
  std::atomic<int> runs{0};
  int taken = 0;
  for (int i = 0; i < 5000; ++i) taken += pool->try_post([&] { ++runs; }) ? 1 : 0;
  pool->stop();
  EXPECT_EQ(taken, 5000);
  EXPECT_EQ(runs, 5000);
}

TEST(ThreadPool, refuses_tasks_once_stopped) {
  const auto pool = make_thread_pool();
  pool->stop();
  pool->stop();
  EXPECT_FALSE(pool->try_post([] { FAIL(); }));
}

TEST(ThreadPool, refuses_the_task_that_does_not_fit_and_takes_again_when_there_is_room) {
  const auto pool = make_thread_pool({.max_threads = 2, .max_queued = 3});
  const Event may_end;
  std::atomic<int> runs{0};
  const auto block = [&] {
    may_end.wait();
    ++runs;
  };
  // Two run or are about to, three wait.
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(pool->try_post(block)) << i;
  EXPECT_FALSE(pool->try_post(block));
  may_end.set();
  while (runs < 5) std::this_thread::yield();
  EXPECT_TRUE(pool->try_post(block));
  pool->stop();
  EXPECT_EQ(runs, 6);
}

TEST(ThreadPool, starts_a_thread_only_when_none_is_idle) {
  constexpr std::size_t tasks_count = 50;
  const auto pool = make_thread_pool({.max_threads = tasks_count});
  std::set<std::thread::id> threads;
  for (std::size_t i = 0; i < tasks_count; ++i) {
    const Event ran;
    ASSERT_TRUE(pool->try_post([&threads, ran] {
      threads.insert(std::this_thread::get_id());
      ran.set();
    }));
    ran.wait();
    // The thread becomes idle shortly after its task, and the next one may need another thread for
    // that; but not each of them.
  }
  pool->stop();
  EXPECT_LT(threads.size(), tasks_count);
}

TEST(ThreadPool, grows_to_all_its_threads_when_tasks_wait_for_each_other) {
  const auto pool = make_thread_pool({.max_threads = 4});
  std::atomic<int> arrived{0};
  const Event all_here;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(pool->try_post([&] {
      if (++arrived == 4) all_here.set();
      all_here.wait();
    }));
  }
  all_here.wait();
  pool->stop();
  EXPECT_EQ(arrived, 4);
}

TEST(ThreadPool, one_thread_keeps_the_order) {
  const auto pool = make_thread_pool({.max_threads = 1});
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(pool->try_post([&order, i] { order.push_back(i); }));
  }
  pool->stop();
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ThreadPool, its_threads_have_its_name) {
  const auto pool = make_thread_pool({.name = "nacre-loader"});
  std::string name(16, '\0');
  ASSERT_TRUE(
      pool->try_post([&] { ::pthread_getname_np(::pthread_self(), name.data(), name.size()); }));
  pool->stop();
  EXPECT_STREQ(name.c_str(), "nacre-loader");
}

TEST(ThreadPool, a_task_may_post_while_the_pool_stops) {
  for (int round = 0; round < 50; ++round) {
    const auto pool = make_thread_pool({.max_threads = 4});
    std::atomic<int> taken{1};
    std::atomic<int> runs{0};
    std::function<void()> spawn = [&] {
      ++runs;
      if (runs < 100 && pool->try_post(spawn)) ++taken;
    };
    ASSERT_TRUE(pool->try_post(spawn));
    std::thread other([&] { pool->stop(); });
    pool->stop();
    other.join();
    EXPECT_EQ(runs, taken);
  }
}

TEST(ThreadPool, its_last_owner_may_be_a_task) {
  auto pool = make_thread_pool({.max_threads = 2});
  const Event may_end;
  const Event ended;
  ASSERT_TRUE(pool->try_post([kept = pool, may_end, ended]() mutable {
    may_end.wait();
    kept.reset();
    ended.set();
  }));
  pool.reset();
  may_end.set();
  ended.wait();
}

TEST(ThreadPool, refuses_options_out_of_range) {
  const auto code_of = [](ThreadPoolOptions options) {
    try {
      make_thread_pool(options);
    } catch (const Error& error) {
      return error.code();
    }
    return Errc::internal;
  };
  EXPECT_EQ(code_of({.max_threads = 0}), Errc::invalid_argument);
  EXPECT_EQ(code_of({.max_threads = 1025}), Errc::invalid_argument);
  EXPECT_EQ(code_of({.max_queued = 0}), Errc::invalid_argument);
  EXPECT_EQ(code_of({.name = "longer than 15 b"}), Errc::invalid_argument);
}

TEST(ThreadPoolDeathTest, stop_from_its_own_thread_and_a_throwing_task_abort) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        const auto pool = make_thread_pool();
        static_cast<void>(pool->try_post([&] { pool->stop(); }));
        Event().wait();
      },
      "check failed");
  EXPECT_DEATH(
      {
        const auto pool = make_thread_pool();
        static_cast<void>(pool->try_post([] { throw std::runtime_error("boom"); }));
        Event().wait();
      },
      "a task of the thread pool threw: boom");
}

}  // namespace
}  // namespace nacre
