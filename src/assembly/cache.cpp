// A running cache from its options: the one place where the tiers are named.
#include "nacre/cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <utility>

#include "assembly/remote.hpp"
#include "cache/engine.hpp"
#include "cache/removal_events.hpp"
#include "memory/memory_tier.hpp"
#include "nacre/error.hpp"

namespace nacre {

namespace {

constexpr std::size_t least_memory_bytes = std::size_t{1} << 20;
constexpr std::size_t most_memory_bytes = std::size_t{1} << 40;
constexpr std::size_t least_value_bytes = std::size_t{1} << 10;
constexpr std::size_t most_value_bytes = std::size_t{1} << 30;
constexpr std::size_t most_rules = 1000;
constexpr std::size_t most_running_loads = 65'536;
constexpr std::size_t most_waiters = 1'000'000;

/// Blocking loaders each need a thread while they wait for the origin.
constexpr std::size_t own_pool_threads = 32;

void check_range(const char* field, std::size_t value, std::size_t least, std::size_t most) {
  if (value >= least && value <= most) return;
  throw Error(Errc::invalid_argument,
              fmt::format("{} is {}: allowed are {} to {}", field, value, least, most),
              {{"field", field}});
}

void check_name(const std::string& name) {
  const bool is_allowed =
      !name.empty() && name.size() <= 64 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
  if (is_allowed) return;
  throw Error(Errc::invalid_argument, "name is not 1 to 64 characters of a-z, 0-9, _ and -",
              {{"field", "name"}});
}

void check(const CacheOptions& options) {
  check_name(options.name);
  check_namespace(options.namespace_name);
  check_range("memory.max_bytes", options.memory.max_bytes, least_memory_bytes, most_memory_bytes);
  check_range("max_value_bytes", options.max_value_bytes, least_value_bytes, most_value_bytes);
  check_range("rules", options.rules.size(), 0, most_rules);
  check_range("max_running_loads", options.max_running_loads, 1, most_running_loads);
  check_range("max_waiters_per_load", options.max_waiters_per_load, 1, most_waiters);
  if (options.remote) assembly::check_remote_options(*options.remote);
}

/// Few stripes for a small cache, so that they stay a small share of its memory.
MarksLimits marks_limits(std::size_t memory_bytes) {
  const std::size_t wanted = std::bit_floor(memory_bytes / 1024);
  const MarksLimits most;
  return {.stripes_count = std::clamp(wanted, std::size_t{1} << 12, most.stripes_count),
          .max_tags = std::clamp(wanted, std::size_t{1} << 12, most.max_tags)};
}

RemovalSink removal_sink(CacheOptions& options, const Core& core) {
  if (!options.on_removal) return {};
  auto events =
      std::make_shared<RemovalEvents>(std::move(options.on_removal), core.executor, core.namespaces,
                                      core.log, core.statistics->removal_events_dropped);
  return [events = std::move(events)](RemovedEntry removed) { events->push(std::move(removed)); };
}

std::shared_ptr<Core> build_core(CacheOptions& options) {
  auto core = std::make_shared<Core>();
  core->name = options.name;
  core->max_value_bytes = options.max_value_bytes;
  core->clock = options.clock ? options.clock : make_system_clock();
  core->executor = options.executor
                       ? options.executor
                       : make_thread_pool({.max_threads = own_pool_threads, .name = "nacre-load"});
  core->metrics = options.metrics ? options.metrics : make_metrics_registry();
  core->log = Logger(std::move(options.log), core->clock);
  core->random = std::make_unique<SystemRandom>();
  core->seed = core->random->next();
  core->marks = std::make_unique<Marks>(marks_limits(options.memory.max_bytes));
  core->namespaces = std::make_shared<Namespaces>();
  core->statistics = std::make_unique<Statistics>(*core->metrics, core->name);
  core->tiers.push_back(
      std::make_unique<MemoryTier>(MemoryTierOptions{.limits = options.memory,
                                                     .hash_seed = core->seed,
                                                     .max_value_bytes = options.max_value_bytes},
                                   *core->marks, *core->clock, removal_sink(options, *core)));
  core->statistics->watch(*core->metrics, core->name, core->memory());
  if (options.remote) assembly::add_remote(*core, *options.remote);
  return core;
}

}  // namespace

Cache::Cache(CacheOptions options) {
  check(options);
  const bool owns_executor = options.executor == nullptr;
  std::shared_ptr<Core> core = build_core(options);
  namespace_ = &core->namespaces->intern(options.namespace_name);
  engine_ = std::make_shared<detail::Engine>(
      std::move(core), std::move(options.defaults), std::move(options.rules),
      detail::Engine::Limits{.flights = {.max_flights = options.max_running_loads,
                                         .max_waiters = options.max_waiters_per_load},
                             .owns_executor = owns_executor});
}

}  // namespace nacre
