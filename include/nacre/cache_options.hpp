// How a cache is made: its limits, its defaults and what it is given from outside.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/events.hpp"
#include "nacre/executor.hpp"
#include "nacre/log.hpp"
#include "nacre/memory_options.hpp"
#include "nacre/metrics.hpp"
#include "nacre/options.hpp"
#include "nacre/remote_options.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// Everything a cache needs to begin. Every member has a default: `Cache cache;` works.
struct CacheOptions {
  /// Label of this cache in metrics and logs. 1 to 64 of [a-z0-9_-].
  std::string name = "default";

  /// First namespace. 1 to 64 bytes of UTF-8 without control characters and without
  /// `* ? [ ] \ { } :`.
  std::string namespace_name = "app";

  /// Options of all keys, where neither the call nor a rule says otherwise.
  Options defaults{};

  /// Options by prefix of the key. At most 1000.
  std::vector<PrefixRule> rules{};

  MemoryOptions memory{};

  /// A tier shared with other processes. Default: none.
  std::optional<RemoteOptions> remote{};

  /// A value larger than this is refused with value_too_large. 1 KiB to 1 GiB. Default 16 MiB.
  std::size_t max_value_bytes = std::size_t{16} << 20;

  /// Loads that may run at the same time, background ones included. 1 to 65,536. Default 1024.
  /// Blocking loaders also need a thread of the executor each.
  std::size_t max_running_loads = 1024;

  /// Callers that may wait for one load. 1 to 1,000,000. Default 65,536.
  std::size_t max_waiters_per_load = 65'536;

  /// Time. Default: one system clock for this cache.
  std::shared_ptr<Clock> clock{};

  /// Where blocking loaders and listeners run. Default: one thread pool for this cache.
  std::shared_ptr<Executor> executor{};

  /// Where log lines go. Default: nowhere.
  LogSink log{};

  /// Where the cache reports its metrics. Default: a registry of its own.
  std::shared_ptr<MetricsRegistry> metrics{};

  /// Told of every entry that leaves the memory tier.
  RemovalListener on_removal{};
};

}  // namespace nacre
#pragma GCC visibility pop
