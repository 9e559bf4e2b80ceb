// A cache on a clock and an executor that the test moves by hand.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/engine.hpp"
#include "memory/memory_tier.hpp"
#include "nacre/async_cache.hpp"
#include "nacre/cache.hpp"
#include "nacre/fake_clock.hpp"
#include "support/manual_executor.hpp"
#include "support/map_tier.hpp"

namespace nacre::test {

using namespace std::chrono_literals;

/// What a test may choose about the cache it gets.
struct CacheSetup {
  Options defaults{.ttl = 60s, .ttl_jitter = 0.0};
  std::vector<PrefixRule> rules{};
  std::size_t max_value_bytes = 1 << 20;
  FlightTable::Limits flights{};
  bool has_far_tier = false;
  bool has_memory_tier = false;  ///< the real one in place of a MapTier
  std::size_t max_queued_tasks = 1 << 20;

  /// Makes the shared tier; empty for none.
  std::function<std::unique_ptr<SharedTier>(const Marks&)> connect{};
  Duration max_disconnected_age = 30s;
  std::shared_ptr<FakeClock> clock{};  ///< of several caches that play processes
};

/// A cache over a MapTier, with everything around it in the test's hands.
class CacheBench {
 public:
  explicit CacheBench(CacheSetup setup = {})
      : clock(setup.clock ? setup.clock : std::make_shared<FakeClock>()),
        executor(std::make_shared<ManualExecutor>(setup.max_queued_tasks)),
        cache(make(std::move(setup))) {}

  /// Moves time on, then runs the background work that came due.
  void advance(Duration step) {
    clock->advance(step);
    executor->run_all();
  }

  std::shared_ptr<FakeClock> clock;
  std::shared_ptr<ManualExecutor> executor;
  std::vector<std::string> log_events{};
  MapTier* memory = nullptr;  ///< nullptr with has_memory_tier
  MapTier* far_tier = nullptr;
  const Marks* marks = nullptr;
  Cache cache;

 private:
  Cache make(CacheSetup setup) {
    auto core = std::make_shared<Core>();
    core->name = "test";
    core->max_value_bytes = setup.max_value_bytes;
    core->clock = clock;
    core->executor = executor;
    core->metrics = make_metrics_registry();
    core->log =
        Logger([this](const LogRecord& record) { log_events.emplace_back(record.event); }, clock);
    core->random = std::make_unique<SeededRandom>(42);
    core->seed = 7;
    core->marks = std::make_unique<Marks>(MarksLimits{.stripes_count = 1 << 12});
    marks = core->marks.get();
    if (setup.has_memory_tier) {
      core->tiers.push_back(std::make_unique<MemoryTier>(
          MemoryTierOptions{.limits = {.max_bytes = std::size_t{16} << 20},
                            .hash_seed = core->seed},
          *core->marks, *clock, RemovalSink()));
    } else {
      auto near = std::make_unique<MapTier>(*core->marks, *clock);
      memory = near.get();
      core->tiers.push_back(std::move(near));
    }
    if (setup.has_far_tier) {
      auto far = std::make_unique<MapTier>(*core->marks, *clock, TierKind::remote);
      far_tier = far.get();
      core->tiers.push_back(std::move(far));
    }
    core->statistics = std::make_unique<Statistics>(*core->metrics, core->name);
    core->namespaces = std::make_shared<Namespaces>();
    if (setup.connect) {
      core->copies = std::make_unique<MemoryCopies>(
          MemoryCopies::Parts{.marks = core->marks.get(),
                              .namespaces = core->namespaces.get(),
                              .memory = &core->memory(),
                              .unknowns = &core->statistics->unknown_copies,
                              .log = core->log,
                              .seed = core->seed,
                              .max_disconnected_age = setup.max_disconnected_age});
      core->shared = setup.connect(*core->marks);
    }
    const detail::Namespace& space = core->namespaces->intern("app");
    auto engine = std::make_shared<detail::Engine>(
        std::shared_ptr<const Core>(std::move(core)), std::move(setup.defaults),
        std::move(setup.rules), detail::Engine::Limits{.flights = setup.flights});
    return detail::face_of(std::move(engine), space);
  }
};

/// An asynchronous loader whose answers the test gives.
class ScriptedLoader {
 public:
  /// Give this to get_or_load. Each call is kept until it is answered.
  AsyncLoader<std::string> loader() {
    return [this](const LoadContext& context, LoadCompletion<std::string> completion) {
      calls.push_back({context, std::move(completion)});
    };
  }

  struct Call {
    LoadContext context;
    LoadCompletion<std::string> completion;

    void answer(std::string value, Options options = {}) const {
      completion.complete(Loaded<std::string>::value(std::move(value), std::move(options)));
    }
    void absent() const { completion.complete(Loaded<std::string>::absent()); }
    void fail(const std::string& reason = "origin down") const {
      completion.fail(Error(Errc::load_failed, reason));
    }
  };
  std::vector<Call> calls{};
};

/// The answer of one asynchronous read: empty until it has come.
struct Answer {
  std::optional<Outcome<Lookup<std::string>>> outcome{};
  int times_called = 0;

  bool has_come() const noexcept { return outcome.has_value(); }
  bool is_error(Errc code) const { return outcome && !*outcome && outcome->error().code() == code; }
  bool is_value(std::string_view text) const {
    return outcome && *outcome && outcome->value() && *outcome->value() == text;
  }
  bool is_stale() const { return outcome && *outcome && outcome->value().is_stale(); }
  bool is_negative() const { return outcome && *outcome && outcome->value().is_negative(); }
};

/// Reads `key` with `loader`; the answer appears in the returned object.
inline std::shared_ptr<Answer> read(const Cache& cache, std::string_view key,
                                    ScriptedLoader& loader, const Options& options = {}) {
  auto answer = std::make_shared<Answer>();
  cache.async().get_or_load<std::string>(key, loader.loader(), options,
                                         [answer](Outcome<Lookup<std::string>> outcome) {
                                           ++answer->times_called;
                                           answer->outcome.emplace(std::move(outcome));
                                         });
  return answer;
}

}  // namespace nacre::test
