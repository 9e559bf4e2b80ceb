// nacre-bench-memory: a hit, in the memory tier and through the whole cache, beside what one would
// use without it.
//
// One million entries, 16-byte keys, 64-byte values, zipf 0.99, all hits, and for all the same
// stream of keys. A round reads the value's first byte. Compare figures of one run only.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <tbb/concurrent_hash_map.h>

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "memory/memory_tier.hpp"
#include "memory_keys.hpp"
#include "nacre/cache.hpp"
#include "tier/key.hpp"

namespace {

using namespace nacre;

constexpr std::size_t entry_count = 1'000'000;
constexpr std::size_t draw_count = std::size_t{1} << 22;
constexpr std::uint64_t seed = 42;

using Payload = std::array<char, 64>;

struct KeyHash {
  std::size_t operator()(std::string_view key) const noexcept { return hash_bytes(key, seed); }
};

struct TbbCompare {
  static std::size_t hash(const std::string& key) { return hash_bytes(key, seed); }
  static bool equal(const std::string& left, const std::string& right) { return left == right; }
};

/// What all contestants read, in the order of access: as a program would have it, one after
/// another.
struct Stream {
  std::vector<std::array<char, 16>> keys;

  Stream() {
    const std::vector<std::uint32_t> numbers = bench::draw_zipf(entry_count, 0.99, draw_count, 1);
    keys.resize(draw_count);
    for (std::size_t index = 0; index < draw_count; ++index) {
      const std::string text = fmt::format("user:{:011d}", numbers[index]);
      std::copy(text.begin(), text.end(), keys[index].begin());
    }
  }
};

const Stream& stream() {
  static const Stream made;
  return made;
}

/// Reads the stream from a place of its own for each thread.
template <class Read>
void run(benchmark::State& state, Read read) {
  const Stream& keys = stream();
  std::size_t index = static_cast<std::size_t>(state.thread_index()) * (draw_count / 2);
  char sum = 0;
  for (auto step : state) {
    static_cast<void>(step);
    const std::array<char, 16>& key = keys.keys[index];
    sum = static_cast<char>(sum + read(std::string_view(key.data(), key.size())));
    index = (index + 1) & (draw_count - 1);
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations());
}

Payload payload_of(std::size_t number) {
  Payload payload{};
  payload[0] = static_cast<char>(number);
  return payload;
}

void flat_map(benchmark::State& state) {
  static const auto map = [] {
    boost::unordered_flat_map<std::string, Payload, KeyHash> made;
    const std::vector<std::string> keys = bench::make_keys(entry_count);
    for (std::size_t number = 0; number < entry_count; ++number) {
      made.emplace(keys[number], payload_of(number));
    }
    return made;
  }();
  std::string text(16, ' ');
  run(state, [&text](std::string_view key) {
    text.assign(key);
    return map.find(text)->second[0];
  });
}

void tbb_map(benchmark::State& state) {
  using Map = tbb::concurrent_hash_map<std::string, Payload, TbbCompare>;
  static const auto map = [] {
    auto made = std::make_unique<Map>(entry_count);
    const std::vector<std::string> keys = bench::make_keys(entry_count);
    for (std::size_t number = 0; number < entry_count; ++number) {
      made->emplace(keys[number], payload_of(number));
    }
    return made;
  }();
  std::string text(16, ' ');
  run(state, [&text](std::string_view key) {
    text.assign(key);
    Map::const_accessor found;
    map->find(found, text);
    return found->second[0];
  });
}

/// The cache that everybody writes first.
class MutexLru {
 public:
  void put(const std::string& key, const Payload& payload) {
    order_.emplace_front(key, payload);
    index_.emplace(order_.front().first, order_.begin());
  }
  char read(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second[0];
  }

 private:
  using Order = std::list<std::pair<std::string, Payload>>;
  std::mutex mutex_;
  Order order_;
  std::unordered_map<std::string_view, Order::iterator, KeyHash> index_;
};

void mutex_lru(benchmark::State& state) {
  static const auto lru = [] {
    auto made = std::make_unique<MutexLru>();
    const std::vector<std::string> keys = bench::make_keys(entry_count);
    for (std::size_t number = 0; number < entry_count; ++number) {
      made->put(keys[number], payload_of(number));
    }
    return made;
  }();
  run(state, [](std::string_view key) { return lru->read(key); });
}

/// A tier with everything in it.
struct FilledTier {
  std::shared_ptr<Clock> clock = make_system_clock();
  Marks marks{};
  detail::Namespace space{1, "bench"};
  MemoryTier tier{
      {.limits = {.max_bytes = std::size_t{1} << 30}, .hash_seed = seed}, marks, *clock, nullptr};

  FilledTier() {
    const std::vector<std::string> keys = bench::make_keys(entry_count);
    for (std::size_t number = 0; number < entry_count; ++number) {
      const KeyView key{&space, keys[number], hash_key(space, keys[number], seed)};
      const Payload payload = payload_of(number);
      const TimePoint now = clock->now();
      Entry entry{.value = Value::from_bytes({payload.data(), payload.size()}),
                  .stamp = marks.stamp_of(key)};
      entry.lifetime = {.loaded_at = now, .fresh_until = now + std::chrono::hours(1)};
      tier.store_now(key, std::move(entry), StoreKind::fill);
    }
  }
};

FilledTier& filled_tier() {
  static FilledTier filled;
  return filled;
}

void memory_tier(benchmark::State& state) {
  FilledTier& filled = filled_tier();
  Tier& tier = filled.tier;
  const FindDone never_called;
  run(state, [&filled, &tier, &never_called](std::string_view text) {
    const KeyView key{&filled.space, text, hash_key(filled.space, text, seed)};
    TierReply reply;
    tier.find(key, Deadline(), reply, never_called);
    return reply.entry.value.bytes()[0];
  });
}

/// What the cache hands out: the very object.
void typed_hit(benchmark::State& state) {
  static const auto cache = [] {
    auto made =
        std::make_unique<Cache>(CacheOptions{.memory = {.max_bytes = std::size_t{1} << 30}});
    const std::vector<std::string> keys = bench::make_keys(entry_count);
    for (std::size_t number = 0; number < entry_count; ++number) {
      made->set(keys[number], payload_of(number), {.ttl = std::chrono::hours(1)});
    }
    return made;
  }();
  run(state, [](std::string_view key) { return (*cache->get<Payload>(key))[0]; });
}

// The same binary runs all, so that figures may be compared; the flat map comes first and last,
// because a machine that others use drifts.
BENCHMARK(flat_map)->Name("flat_map, no lock")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(memory_tier)->Name("nacre memory tier")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(typed_hit)->Name("nacre::Cache get<T>")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(tbb_map)->Name("tbb::concurrent_hash_map")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(mutex_lru)->Name("list + unordered_map, one mutex")->ThreadRange(1, 2)->UseRealTime();

/// Prints each figure as a multiple of the flat map with as many threads. By processor time, which
/// other programs on the machine disturb least; it leaves out what a sleeping waiter waits.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& each : runs) {
      nanoseconds_.emplace_back(each.run_name.function_name, each.threads,
                                each.GetAdjustedCPUTime());
    }
  }

  void Finalize() override {
    std::map<std::int64_t, double> baseline;
    for (const auto& [name, threads, nanoseconds] : nanoseconds_) {
      baseline.try_emplace(threads, nanoseconds);
    }
    fmt::print("\n{:<34} {:>7} {:>16} {:>12}\n", "", "threads", "cpu ns per read", "x flat_map");
    for (const auto& [name, threads, nanoseconds] : nanoseconds_) {
      fmt::print("{:<34} {:>7} {:>16.1f} {:>12.2f}\n", name, threads, nanoseconds,
                 nanoseconds / baseline[threads]);
    }
  }

 private:
  std::vector<std::tuple<std::string, std::int64_t, double>> nanoseconds_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
