// What happens when the last Cache goes: with loads that run, in a loader, in a callback.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/event.hpp"
#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

TEST(CacheLifetime, the_last_one_to_go_answers_who_still_waits) {
  ScriptedLoader origin;
  std::shared_ptr<Answer> waiting;
  auto clock = std::make_shared<FakeClock>();
  {
    Cache cache({.clock = clock});
    waiting = read(cache, "k", origin, {.timeout = 10s});
    EXPECT_FALSE(waiting->has_come());
  }
  EXPECT_TRUE(waiting->is_error(Errc::load_failed));
  EXPECT_TRUE(origin.calls[0].context.stop.stop_requested());
  EXPECT_EQ(clock->pending_timer_count(), 0u) << "a timer was left behind";
  origin.calls[0].answer("too late");
  EXPECT_EQ(waiting->times_called, 1);
}

TEST(CacheLifetime, the_last_one_may_go_in_its_own_loader) {
  const Event may_go;
  const Event gone;
  std::weak_ptr<MetricsRegistry> registry;
  {
    auto cache = std::make_shared<Cache>();
    registry = cache->metrics();
    std::thread([cache, may_go, gone]() mutable {
      try {
        // The loader has the last copy: this thread lets go before it.
        auto mine = std::make_unique<Cache>(*cache);
        cache->get_or_load("k",
                           [mine = std::move(mine), may_go]() mutable {
                             may_go.wait();
                             mine.reset();
                             return std::string("v");
                           },
                           {.timeout = 1ms});
      } catch (const Error&) {
      }
      cache.reset();
      gone.set();
    }).detach();
  }
  gone.wait();
  may_go.set();
  while (!registry.expired()) std::this_thread::yield();
}

TEST(CacheLifetime, the_last_one_may_go_in_a_callback_on_a_thread_of_its_pool) {
  const Event may_load;
  const Event gone;
  std::optional<AsyncCache> last(Cache().async());
  const std::weak_ptr<MetricsRegistry> registry = last->blocking().metrics();
  const Event may_join;
  std::thread starter([cache = last->blocking(), may_load, may_join] {
    const auto load = [may_load, may_join] {
      may_join.set();
      may_load.wait();
      return std::string("v");
    };
    EXPECT_THROW(cache.get_or_load("k", load, {.timeout = 100ms}), Error);
  });
  may_join.wait();
  const auto never = [](const LoadContext&, const LoadCompletion<std::string>&) {};
  last->get_or_load<std::string>("k", never, {},
                                 [&last, gone](const Outcome<Lookup<std::string>>& answer) {
                                   EXPECT_TRUE(answer);
                                   last.reset();
                                   gone.set();
                                 });
  starter.join();  // its wait is over; the load goes on for the other one
  may_load.set();
  gone.wait();
  while (!registry.expired()) std::this_thread::yield();
}

TEST(CacheLifetime, a_load_that_is_answered_while_the_cache_goes_is_safe) {
  for (int round = 0; round < 50; ++round) {
    const Event is_loading;
    std::atomic<int> answers{0};
    std::optional<LoadCompletion<std::string>> completion;
    std::thread origin;
    {
      const Cache cache;
      const Cache tenant = cache.in_namespace("tenant");
      tenant.async().get_or_load<std::string>(
          "k",
          [&](const LoadContext&, const LoadCompletion<std::string>& given) { completion = given; },
          {.tags = {"t"}}, [&answers](const auto&) { ++answers; });
      origin = std::thread([&] {
        completion->complete(Loaded<std::string>::value("v"));
        completion.reset();
      });
    }
    origin.join();
    EXPECT_EQ(answers, 1);
  }
}

TEST(CacheLifetime, loads_that_wait_for_a_thread_are_not_run_once_the_cache_has_gone) {
  std::atomic<int> loads{0};
  {
    const Cache cache;
    std::vector<std::thread> readers;
    for (int index = 0; index < 64; ++index) {
      readers.emplace_back([&cache, &loads, index] {
        const auto load = [&loads](const LoadContext& context) {
          ++loads;
          while (!context.stop.stop_requested()) std::this_thread::yield();
          return std::string("v");
        };
        EXPECT_THROW(cache.get_or_load("k" + std::to_string(index), load, {.timeout = 20ms}),
                     Error);
      });
    }
    for (std::thread& reader : readers) reader.join();
  }
  EXPECT_LT(loads, 64) << "the pool has 32 threads; the others were cancelled before they began";
}

}  // namespace
}  // namespace nacre
