// Running a load: on which thread, in which order, and what goes wrong.
#include "cache/loads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "base/event.hpp"
#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::read;
using test::ScriptedLoader;

Cache cache_with_threads(std::size_t threads_count, std::shared_ptr<Clock> clock = {}) {
  return Cache(
      {.clock = std::move(clock), .executor = make_thread_pool({.max_threads = threads_count})});
}

TEST(Loads, one_that_nobody_waits_for_any_more_does_not_reach_the_origin) {
  CacheBench bench;
  int loads = 0;
  std::thread reader([&] {
    EXPECT_THROW(bench.cache.get_or_load("k",
                                         [&loads] {
                                           ++loads;
                                           return std::string("v");
                                         },
                                         {.timeout = 0s}),
                 Error);
  });
  reader.join();
  EXPECT_EQ(bench.executor->run_all(), 1u);
  EXPECT_EQ(loads, 0);
  EXPECT_EQ(bench.cache.stats().running_loads, 0u);
  EXPECT_EQ(bench.cache.stats().loads, 0u);
}

TEST(Loads, a_loader_runs_what_it_waits_for_when_no_thread_is_left) {
  const Cache cache = cache_with_threads(1);
  const Event outer_runs;
  const Event inner_is_queued;
  std::thread outer([&] {
    EXPECT_EQ(*cache.get_or_load("outer",
                                 [&] {
                                   outer_runs.set();
                                   inner_is_queued.wait();
                                   return *cache.get_or_load(
                                       "inner", [] { return std::string("from the outer"); });
                                 }),
              "queued");
  });
  outer_runs.wait();
  // The one thread is taken, so this load waits for it, and the loader on it waits for this load.
  std::thread inner([&] {
    EXPECT_EQ(*cache.get_or_load("inner", [] { return std::string("queued"); }), "queued");
  });
  while (cache.stats().running_loads < 2) std::this_thread::yield();
  inner_is_queued.set();
  outer.join();
  inner.join();
}

TEST(Loads, a_stale_hit_inside_a_loader_does_not_wait_for_its_refresh) {
  auto clock = std::make_shared<FakeClock>();
  const Cache cache = cache_with_threads(2, clock);
  cache.set("config", "old", {.ttl = 1s, .stale_while_revalidate = 60s, .ttl_jitter = 0.0});
  clock->advance(2s);
  const Event may_refresh;
  const auto outer = cache.get_or_load("page", [&] {
    // By value: the refresh outlives the read that asked for it.
    const auto config = cache.get_or_load("config", [may_refresh] {
      may_refresh.wait();
      return std::string("new");
    });
    may_refresh.set();
    return *config;
  });
  EXPECT_EQ(*outer, "old");
}

TEST(Loads, a_callback_of_a_loader_that_has_answered_may_ask_for_its_key_again) {
  CacheBench bench;
  std::optional<bool> was_found;
  const Cache& cache = bench.cache;
  cache.async().get_or_load<std::string>(
      "k",
      [](const LoadContext&, const LoadCompletion<std::string>& completion) {
        completion.complete(Loaded<std::string>::value("v"));
      },
      {},
      [&](const auto&) {
        was_found = cache.get_or_load("k", [] { return std::string("again"); }).is_fresh();
      });
  EXPECT_EQ(was_found, true);
}

TEST(Loads, a_callback_that_throws_does_not_cost_the_others_their_answer) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto first = read(bench.cache, "k", origin);
  bench.cache.async().get_or_load<std::string>(
      "k", origin.loader(), {}, [](const auto&) { throw std::runtime_error("boom"); });
  const auto last = read(bench.cache, "k", origin);
  origin.calls[0].answer("v");
  EXPECT_TRUE(first->is_value("v"));
  EXPECT_TRUE(last->is_value("v"));
  EXPECT_EQ(bench.cache.stats().running_loads, 0u);
  EXPECT_THAT(bench.log_events, testing::Contains("callback.threw"));
}

TEST(Loads, what_an_asynchronous_loader_throws_is_its_answer) {
  CacheBench bench;
  const auto code_of = [&bench](AsyncLoader<std::string> loader) {
    std::optional<Error> error;
    bench.cache.async().get_or_load<std::string>(
        "k", std::move(loader), {}, [&error](const auto& answer) { error = answer.error(); });
    return error.value();
  };
  const Error own = code_of([](const auto&, const auto&) { throw Error(Errc::forbidden, "no"); });
  EXPECT_EQ(own.code(), Errc::forbidden);
  const Error other = code_of([](const auto&, const auto&) { throw std::runtime_error("boom"); });
  EXPECT_EQ(other.code(), Errc::load_failed);
  EXPECT_THAT(other.message(), testing::HasSubstr("boom"));
  EXPECT_EQ(code_of([](const auto&, const auto&) { throw 7; }).code(), Errc::load_failed);
}

TEST(Loads, a_wrong_option_in_an_answer_fails_the_load) {
  CacheBench bench;
  ScriptedLoader origin;
  const auto answer = read(bench.cache, "k", origin);
  origin.calls[0].answer("v", {.ttl = -1s});
  EXPECT_TRUE(answer->is_error(Errc::invalid_argument));
  EXPECT_FALSE(bench.cache.has("k"));
}

TEST(Loads, an_executor_without_room_is_told_as_saturated) {
  CacheBench bench({.max_queued_tasks = 0});
  EXPECT_THROW(
      {
        try {
          bench.cache.get_or_load("k", [] { return std::string("v"); });
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), Errc::saturated);
          throw;
        }
      },
      Error);
  EXPECT_EQ(bench.cache.stats().saturated, 1u);
  EXPECT_EQ(bench.cache.stats().running_loads, 0u);
}

TEST(Loads, with_a_stale_value_in_hand_saturation_is_no_error) {
  CacheBench bench({.flights = {.max_flights = 1}});
  ScriptedLoader origin;
  bench.cache.set("k", "old");
  bench.advance(61s);
  read(bench.cache, "other", origin);
  EXPECT_TRUE(read(bench.cache, "k", origin)->is_stale());
}

TEST(Loads, loaders_that_nest_too_deeply_are_refused) {
  const Cache cache = cache_with_threads(1);
  std::function<std::string(int)> load = [&](int depth) -> std::string {
    if (depth == 40) return "bottom";
    return *cache.get_or_load("k" + std::to_string(depth + 1), [&] { return load(depth + 1); });
  };
  EXPECT_THROW(load(0), Error);
  EXPECT_EQ(load(30), "bottom") << "ten deep is allowed";
}

TEST(Loads, P5_reruns_do_not_grow_the_stack) {
  // Each load that ends finds a waiter that came after an invalidation, and begins the next one.
  CacheBench bench;
  const Cache& cache = bench.cache;
  int loads = 0;
  int answers = 0;
  int depth = 0;
  int deepest = 0;
  std::function<void()> ask;
  const AsyncLoader<int> loader = [&](const LoadContext&, const LoadCompletion<int>& completion) {
    deepest = std::max(deepest, ++depth);
    if (++loads < 1000) {
      cache.remove("k");
      ask();
    }
    completion.complete(Loaded<int>::value(loads));
    --depth;
  };
  ask = [&] { cache.async().get_or_load<int>("k", loader, {}, [&](const auto&) { ++answers; }); };
  ask();
  bench.executor->run_all();
  EXPECT_EQ(loads, 1000);
  EXPECT_EQ(answers, 1000);
  EXPECT_LE(deepest, 20);
}

TEST(Loads, move_only_loaders_are_welcome) {
  const Cache cache = cache_with_threads(1);
  auto text = std::make_unique<std::string>("v");
  EXPECT_EQ(*cache.get_or_load("k", [text = std::move(text)] { return *text; }), "v");
}

TEST(Loads, text_is_kept_as_a_string_of_its_own) {
  const Cache cache = cache_with_threads(1);
  const Lookup<std::string> literal = cache.get_or_load("a", [] { return "v"; });
  EXPECT_EQ(*literal, "v");
  std::string buffer = "gone soon";
  const Lookup<std::string> view =
      cache.get_or_load("b", [&] { return std::optional(std::string_view(buffer)); });
  buffer.assign(buffer.size(), '-');
  EXPECT_EQ(*view, "gone soon");
  cache.set("c", std::string_view("text"));
  EXPECT_EQ(*cache.get<std::string>("c"), "text");
  static_assert(!Cacheable<const char*> && !Cacheable<std::string_view> && !Cacheable<int*>);
}

}  // namespace
}  // namespace nacre
