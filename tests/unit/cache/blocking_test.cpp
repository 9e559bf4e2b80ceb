// The blocking face: real threads, loaders that throw, hang, nest and ask for themselves.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

#include "base/event.hpp"
#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;

/// A cache whose executor has threads of its own.
class Blocking : public testing::Test {
 protected:
  ~Blocking() override {
    is_over_ = true;
    pump_.join();
  }

  CacheBench bench_;
  const Cache& cache_ = bench_.cache;

 private:
  std::atomic<bool> is_over_{false};
  // Plays the executor's thread: runs what is posted until the test is over.
  std::thread pump_{[this] {
    while (!is_over_) {
      bench_.executor->run_all();
      std::this_thread::yield();
    }
    bench_.executor->run_all();
  }};
};

TEST_F(Blocking, loads_a_value_and_finds_it_the_next_time) {
  std::atomic<int> loads{0};
  const auto load = [&loads] {
    ++loads;
    return std::string("v");
  };
  EXPECT_EQ(*cache_.get_or_load("k", load), "v");
  EXPECT_EQ(*cache_.get_or_load("k", load), "v");
  EXPECT_EQ(loads, 1);
}

TEST_F(Blocking, P5_threads_that_ask_at_once_share_one_load) {
  constexpr int threads_count = 16;
  std::atomic<int> loads{0};
  std::latch together(threads_count);
  std::vector<std::thread> threads;
  for (int index = 0; index < threads_count; ++index) {
    threads.emplace_back([&] {
      together.arrive_and_wait();
      EXPECT_EQ(*cache_.get_or_load("k",
                                    [&loads] {
                                      ++loads;
                                      return std::string("v");
                                    }),
                "v");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(loads, 1);
}

TEST_F(Blocking, a_loader_may_say_that_there_is_nothing) {
  EXPECT_TRUE(cache_.get_or_load("k", [] { return std::optional<std::string>(); }).is_negative());
}

TEST_F(Blocking, what_the_loader_throws_comes_as_load_failed_and_an_error_as_itself) {
  const auto code_of = [this](auto loader) {
    try {
      cache_.get_or_load("k", loader);
    } catch (const Error& error) {
      return error.code();
    }
    return Errc::internal;
  };
  EXPECT_EQ(code_of([]() -> std::string { throw std::runtime_error("boom"); }), Errc::load_failed);
  EXPECT_EQ(code_of([]() -> std::string { throw 7; }), Errc::load_failed);
  EXPECT_EQ(code_of([]() -> std::string { throw Error(Errc::forbidden, "no"); }), Errc::forbidden);
}

TEST_F(Blocking, a_loader_may_load_other_keys) {
  const auto outer = cache_.get_or_load("outer", [this] {
    return *cache_.get_or_load("inner", [] { return std::string("in"); }) + "side";
  });
  EXPECT_EQ(*outer, "inside");
}

TEST_F(Blocking, a_loader_that_asks_for_its_own_key_is_told_so) {
  std::optional<Errc> inner;
  cache_.get_or_load("k", [&] {
    try {
      return *cache_.get_or_load("k", [] { return std::string("never"); });
    } catch (const Error& error) {
      inner = error.code();
      return std::string("v");
    }
  });
  EXPECT_EQ(inner, Errc::load_failed);
}

TEST_F(Blocking, nobody_waits_past_the_timeout_of_the_call) {
  // Copies share them: the loader outlives the wait, and maybe this block.
  const Event begun;
  const Event release;
  auto call = std::async(std::launch::async, [this, begun, release] {
    const auto load = [begun, release] {
      begun.set();
      release.wait();
      return std::string("late");
    };
    try {
      cache_.get_or_load("k", load, {.timeout = 1s});
    } catch (const Error& error) {
      return error.code();
    }
    return Errc::internal;
  });
  begun.wait();
  // The timer is set by the caller's thread, maybe after the loader has begun.
  while (call.wait_for(0s) != std::future_status::ready) bench_.clock->advance(1s);
  EXPECT_EQ(call.get(), Errc::load_timeout);
  release.set();
}

}  // namespace
}  // namespace nacre
