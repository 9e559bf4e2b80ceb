// nacre-bench-flight: what single flight costs with 1,000 readers of one cold key.
//
// In each round all readers ask with callbacks, then the load is answered. The figure is the time
// of a reader, from its call to its answer, without the time of the origin; beside it the same
// number of hits.
#include <benchmark/benchmark.h>

#include <optional>
#include <string>
#include <utility>

#include "nacre/async_cache.hpp"
#include "nacre/cache.hpp"

namespace {

using namespace nacre;

constexpr int readers_count = 1'000;

void shared_load(benchmark::State& state) {
  const Cache cache;
  const AsyncCache async = cache.async();
  int answers_count = 0;
  std::size_t loads_count = 0;
  for (auto round : state) {
    static_cast<void>(round);
    std::optional<LoadCompletion<std::string>> load;
    for (int reader = 0; reader < readers_count; ++reader) {
      async.get_or_load<std::string>(
          "key",
          [&](const LoadContext&, LoadCompletion<std::string> completion) {
            ++loads_count;
            load.emplace(std::move(completion));
          },
          {}, [&](const Outcome<Lookup<std::string>>&) { ++answers_count; });
    }
    load->complete(Loaded<std::string>::value("value"));
    cache.remove("key");
  }
  if (answers_count != static_cast<int>(loads_count) * readers_count) {
    state.SkipWithError("a reader had no answer");
  }
  state.counters["loads a round"] =
      static_cast<double>(loads_count) / static_cast<double>(state.iterations());
  state.SetItemsProcessed(state.iterations() * readers_count);
}

void hits(benchmark::State& state) {
  const Cache cache;
  cache.set("key", "value");
  for (auto round : state) {
    static_cast<void>(round);
    for (int reader = 0; reader < readers_count; ++reader) {
      benchmark::DoNotOptimize(cache.get<std::string>("key"));
    }
  }
  state.SetItemsProcessed(state.iterations() * readers_count);
}

BENCHMARK(shared_load)->Name("1,000 readers of one cold key, one load");
BENCHMARK(hits)->Name("1,000 hits");

}  // namespace

BENCHMARK_MAIN();
