// Named caches, from settings or made by the program.
//
//   nacre::Caches caches(nacre::load_settings(source));
//   nacre::Cache products = caches.cache();            // of [cache]
//   nacre::Cache sessions = caches.cache("sessions");  // of [caches.sessions]
//
// Caches of settings share the memory of [memory], each in its own namespace and with its own
// options and rules; one with [caches.NAME.memory] has memory of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/cache.hpp"
#include "nacre/cache_options.hpp"
#include "nacre/outcome.hpp"
#include "nacre/settings.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// What all caches are given from outside. What is left empty is made once and shared by them.
struct CacheEnvironment {
  std::shared_ptr<Clock> clock{};
  std::shared_ptr<Executor> executor{};
  LogSink log{};
  std::shared_ptr<MetricsRegistry> metrics{};
  RemovalListener on_removal{};
};

/// Hands out caches by name. Thread safe. A Cache may outlive it.
class Caches {
 public:
  /// Called exactly once by each factory, from any thread.
  using Completion = std::function<void(Outcome<CacheOptions>)>;

  /// Finds out, perhaps later, with which options a cache is to be made.
  using Factory = std::function<void(Completion)>;

  /// What find() answers to: on the calling thread when the cache is there, else on the thread that
  /// completes its factory. Must be short and must not throw.
  using Callback = std::function<void(Outcome<Cache>)>;

  /// More than that is a leak of names, not configuration.
  static constexpr std::size_t max_count = 1000;

  /// The caches of `settings`; "default" is always there. Throws Error: invalid_argument,
  /// invalid_namespace, for settings that load_settings() would refuse.
  explicit Caches(const Settings& settings = {}, CacheEnvironment environment = {});

  /// The cache called `name`. One of a factory is made now if it has not been; who asks meanwhile
  /// waits for the same. Throws Error: invalid_argument for an unknown name, which tells the known
  /// ones; what the factory failed with, and the next call tries again.
  Cache cache(std::string_view name = "default") const;

  /// The same without waiting.
  void find(std::string_view name, Callback done) const;

  /// All names, in order, those of factories included.
  std::vector<std::string> names() const;

  /// Adds a cache with memory of its own, made now. What `options` leave empty of CacheEnvironment
  /// is that of this. Throws Error: invalid_argument, also for a name that is taken.
  void add(const std::string& name, CacheOptions options);

  /// Adds a cache that is made when it is first asked for. Throws Error: invalid_argument.
  void add_async(const std::string& name, Factory factory);

  /// Gives the caches of settings their options and rules of `settings`, for entries stored and
  /// reads begun from now on. Whole, or not at all. Throws Error: invalid_argument when something
  /// that takes effect only at start differs (changes_needing_restart), or an option is out of
  /// range.
  void reconfigure(const Settings& settings);

  /// Cache::shutdown of all that have been made, within `timeout` together. True when all are done.
  [[nodiscard]] bool shutdown(Duration timeout) const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace nacre
#pragma GCC visibility pop
