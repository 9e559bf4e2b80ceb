// Loaders that wait for each other: found at once, instead of when load_timeout ends them.
#include "cache/load_waits.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "nacre/cache.hpp"
#include "nacre/error.hpp"
#include "nacre/executor.hpp"

namespace nacre {
namespace {

std::string name_of_load(std::size_t index) {
  return "k" + std::to_string(index);
}

/// Loads of k0, k1, ... that run at once, each of which then asks for the next one, the last for
/// k0.
struct Circle {
  explicit Circle(std::size_t count)
      : all_run(static_cast<std::ptrdiff_t>(count)),
        cache({.executor = make_thread_pool({.max_threads = count})}) {
    for (std::size_t index = 0; index < count; ++index) {
      callers.emplace_back([this, index, count] { outcomes[index] = load(index, count); });
    }
    for (std::thread& caller : callers) caller.join();
  }

  std::string load(std::size_t index, std::size_t count) {
    try {
      return *cache.get_or_load(name_of_load(index), [this, index, count] {
        all_run.arrive_and_wait();
        return "after " + *cache.get_or_load(name_of_load((index + 1) % count),
                                             [] { return std::string("never"); });
      });
    } catch (const Error& error) {
      return std::string(name_of(error.code()));
    }
  }

  std::latch all_run;
  Cache cache;
  std::vector<std::string> outcomes = std::vector<std::string>(8);
  std::vector<std::thread> callers{};
};

TEST(LoadWaits, loaders_that_wait_for_each_other_fail_at_once) {
  const Circle circle(2);
  EXPECT_EQ(circle.outcomes[0], "cache.load_failed");
  EXPECT_EQ(circle.outcomes[1], "cache.load_failed");
}

TEST(LoadWaits, a_circle_of_many_is_found_too) {
  const Circle circle(5);
  for (std::size_t index = 0; index < 5; ++index) {
    EXPECT_EQ(circle.outcomes[index], "cache.load_failed");
  }
}

TEST(LoadWaits, a_circle_that_goes_through_a_loader_nested_on_one_thread_is_found) {
  const Cache cache({.executor = make_thread_pool({.max_threads = 2})});
  std::latch both_run(2);
  const auto code_of = [&cache](const char* key, auto loader) {
    try {
      cache.get_or_load(key, loader);
    } catch (const Error& error) {
      return error.code();
    }
    return Errc::internal;
  };
  const auto never = [] { return std::string("never"); };
  Errc other = Errc::internal;
  std::thread caller([&] {
    other = code_of("far", [&] {
      both_run.arrive_and_wait();
      return *cache.get_or_load("outer", never);
    });
  });
  const Errc code = code_of("outer", [&] {
    return *cache.get_or_load("inner", [&] {
      both_run.arrive_and_wait();
      return *cache.get_or_load("far", never);
    });
  });
  caller.join();
  EXPECT_EQ(code, Errc::load_failed);
  EXPECT_EQ(other, Errc::load_failed);
}

TEST(LoadWaits, many_that_wait_for_one_are_no_circle) {
  const Cache cache({.executor = make_thread_pool({.max_threads = 9})});
  std::latch all_run(9);
  std::vector<std::thread> callers;
  callers.emplace_back([&] {
    cache.get_or_load("shared", [&] {
      all_run.arrive_and_wait();
      return std::string("v");
    });
  });
  for (std::size_t index = 0; index < 8; ++index) {
    callers.emplace_back([&, index] {
      EXPECT_EQ(*cache.get_or_load(name_of_load(index),
                                   [&] {
                                     all_run.arrive_and_wait();
                                     return *cache.get_or_load("shared",
                                                               [] { return std::string("v"); });
                                   }),
                "v");
    });
  }
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace nacre
