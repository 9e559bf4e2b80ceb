#include "nacre/caches.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "assembly/nearest_name.hpp"
#include "base/event.hpp"
#include "base/mutex.hpp"
#include "nacre/deadline.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

void fill(CacheEnvironment& environment, const LoadSettings& loads) {
  if (!environment.clock) environment.clock = make_system_clock();
  if (!environment.executor) {
    environment.executor =
        make_thread_pool({.max_threads = loads.max_threads, .name = "nacre-load"});
  }
  if (!environment.metrics) environment.metrics = make_metrics_registry();
}

CacheOptions options_of(const CacheSettings& cache, const MemorySettings& memory,
                        const RemoteOptions& remote, const LoadSettings& loads) {
  CacheOptions options;
  options.name = cache.name;
  options.namespace_name = cache.namespace_name;
  options.defaults = cache.defaults;
  options.rules = cache.rules;
  options.memory = {.max_bytes = memory.max_bytes, .max_entries = memory.max_entries};
  if (!remote.url.empty()) options.remote = remote;
  options.max_value_bytes = memory.max_value_bytes;
  options.max_running_loads = loads.max_running;
  options.max_waiters_per_load = loads.max_waiters;
  return options;
}

// Of [cache] and those of [caches.NAME] that are there in both.
const CacheSettings* find_cache(const Settings& settings, std::string_view name) {
  if (name == settings.cache.name) return &settings.cache;
  const auto found = std::find_if(settings.caches.begin(), settings.caches.end(),
                                  [&](const CacheSettings& cache) { return cache.name == name; });
  return found == settings.caches.end() ? nullptr : &*found;
}

}  // namespace

/// Guards the names. A factory and its callbacks run outside the lock.
class Caches::State : public std::enable_shared_from_this<State> {
 public:
  State(const Settings& settings, CacheEnvironment environment)
      : environment_(std::move(environment)), settings_(settings) {
    fill(environment_, settings.loads);
    MutexLock lock(mutex_);
    const Cache shared =
        make(options_of(settings.cache, settings.memory, settings.remote, settings.loads));
    slots_[settings.cache.name].cache = shared;
    for (const CacheSettings& cache : settings.caches) {
      Slot& slot = slots_[cache.name];
      if (cache.memory) {
        slot.cache = make(options_of(cache, *cache.memory, settings.remote, settings.loads));
        continue;
      }
      slot.cache = shared.in_namespace(cache.namespace_name);
      slot.cache->set_namespace_defaults(cache.defaults, cache.rules);
    }
  }

  void find(std::string_view name, Callback done) {
    std::optional<Outcome<Cache>> known;
    Factory factory;
    {
      MutexLock lock(mutex_);
      const auto slot = slots_.find(name);
      if (slot == slots_.end()) {
        known = unknown(name);
      } else if (slot->second.cache) {
        known = *slot->second.cache;
      } else {
        slot->second.waiting.push_back(done);
        if (slot->second.waiting.size() == 1) {
          factory = slot->second.factory;
          slot->second.maker = std::this_thread::get_id();
        }
      }
    }
    if (known) return done(std::move(*known));
    if (factory) run(factory, std::string(name));
  }

  /// Throws when this thread runs the factory of `name`: it would wait for itself.
  void check_not_making(std::string_view name) const {
    MutexLock lock(mutex_);
    const auto slot = slots_.find(name);
    if (slot == slots_.end() || slot->second.maker != std::this_thread::get_id()) return;
    throw Error(Errc::invalid_argument,
                fmt::format("the factory of cache {} asks for that cache itself", name),
                {{"field", "name"}});
  }

  std::vector<std::string> names() const {
    MutexLock lock(mutex_);
    return known_names();
  }

  void add(const std::string& name, CacheOptions options) {
    check_free(name);
    options.name = name;
    Cache cache = make(std::move(options));  // outside the lock: it takes memory and threads
    Slot slot;
    slot.cache = std::move(cache);
    insert(name, std::move(slot));
  }

  void add_async(const std::string& name, Factory factory) {
    if (!factory) {
      throw Error(Errc::invalid_argument, "factory is empty", {{"field", "factory"}});
    }
    Slot slot;
    slot.factory = std::move(factory);
    insert(name, std::move(slot));
  }

  void reconfigure(const Settings& settings) {
    const std::vector<std::string> fixed = [&] {
      MutexLock lock(mutex_);
      return changes_needing_restart(settings_, settings);
    }();
    if (!fixed.empty()) {
      throw Error(
          Errc::invalid_argument,
          fmt::format("these settings take effect only at start: {}", fmt::join(fixed, ", ")),
          {{"field", fixed.front()}});
    }
    MutexLock lock(mutex_);
    try {
      apply(settings);
    } catch (const Error&) {
      apply(settings_);  // it was applied before, so it cannot fail
      throw;
    }
    settings_ = settings;
  }

  bool shutdown(Duration timeout) const {
    const Deadline deadline = Deadline::after(*environment_.clock, timeout);
    std::vector<Cache> made;
    {
      MutexLock lock(mutex_);
      for (const auto& [name, slot] : slots_) {
        if (slot.cache) made.push_back(*slot.cache);
      }
    }
    bool is_done = true;
    for (const Cache& cache : made) {
      const Duration rest =
          deadline.is_never() ? timeout : deadline.when() - environment_.clock->now();
      try {
        cache.shutdown(std::max(rest, Duration(0)));
      } catch (const Error&) {
        is_done = false;
      }
    }
    return is_done;
  }

 private:
  struct Slot {
    std::optional<Cache> cache{};
    Factory factory{};                ///< while there is no cache
    std::vector<Callback> waiting{};  ///< not empty while the cache is being made
    std::thread::id maker{};          ///< runs the factory
  };

  Cache make(CacheOptions options) const {
    if (!options.clock) options.clock = environment_.clock;
    if (!options.executor) options.executor = environment_.executor;
    if (!options.log) options.log = environment_.log;
    if (!options.metrics) options.metrics = environment_.metrics;
    if (!options.on_removal) options.on_removal = environment_.on_removal;
    return Cache(std::move(options));
  }

  // The factory's promise to call once is not trusted: later calls find nobody waiting.
  void run(const Factory& factory, std::string name) {
    const auto complete = [state = shared_from_this(), name](Outcome<CacheOptions> options) {
      state->complete(name, std::move(options));
    };
    try {
      factory(complete);
    } catch (const Error& error) {
      complete(error);
    } catch (const std::exception& error) {
      complete(Error(Errc::internal,
                     fmt::format("the factory of cache {} failed: {}", name, error.what())));
    }
    MutexLock lock(mutex_);
    slots_.at(name).maker = {};
  }

  void complete(const std::string& name, Outcome<CacheOptions> options) {
    {
      MutexLock lock(mutex_);
      if (slots_.at(name).waiting.empty()) return;  // completed before
    }
    std::optional<Outcome<Cache>> made;
    try {
      CacheOptions given = std::move(options).value();
      given.name = name;
      made = make(std::move(given));
    } catch (const Error& error) {
      made = Outcome<Cache>(error);
    }
    std::vector<Callback> waiting;
    {
      MutexLock lock(mutex_);
      Slot& slot = slots_.at(name);
      if (slot.waiting.empty()) return;
      waiting.swap(slot.waiting);
      if (*made) slot.cache = made->value();
    }
    for (const Callback& done : waiting) done(*made);
  }

  void apply(const Settings& settings) NACRE_REQUIRES(mutex_) {
    for (auto& [name, slot] : slots_) {
      const CacheSettings* cache = find_cache(settings, name);
      if (cache == nullptr || !slot.cache) continue;
      slot.cache->set_namespace_defaults(cache->defaults, cache->rules);
    }
  }

  void check_free(const std::string& name) const {
    MutexLock lock(mutex_);
    check_free_locked(name);
  }

  void check_free_locked(const std::string& name) const NACRE_REQUIRES(mutex_) {
    if (slots_.contains(name)) {
      throw Error(Errc::invalid_argument, fmt::format("there is a cache named {} already", name),
                  {{"field", "name"}});
    }
    if (slots_.size() >= max_count) {
      throw Error(Errc::invalid_argument, fmt::format("allowed are at most {} caches", max_count),
                  {{"field", "name"}});
    }
  }

  void insert(const std::string& name, Slot slot) {
    MutexLock lock(mutex_);
    check_free_locked(name);
    slots_.emplace(name, std::move(slot));
  }

  std::vector<std::string> known_names() const NACRE_REQUIRES(mutex_) {
    std::vector<std::string> all;
    all.reserve(slots_.size());
    for (const auto& [name, slot] : slots_) all.push_back(name);
    return all;
  }

  Error unknown(std::string_view name) const NACRE_REQUIRES(mutex_) {
    const std::vector<std::string> known = known_names();
    return Error(Errc::invalid_argument,
                 fmt::format("{}; known are {}", assembly::unknown_name_text("cache", name, known),
                             fmt::join(known, ", ")),
                 {{"field", "name"}});
  }

  CacheEnvironment environment_;  ///< const after construction
  mutable Mutex mutex_;
  Settings settings_ NACRE_GUARDED_BY(mutex_);
  std::map<std::string, Slot, std::less<>> slots_ NACRE_GUARDED_BY(mutex_);
};

Caches::Caches(const Settings& settings, CacheEnvironment environment)
    : state_(std::make_shared<State>(settings, std::move(environment))) {}

Cache Caches::cache(std::string_view name) const {
  // Shared with the callback, which may come after nobody waits any more.
  struct Answer {
    Event ready;
    std::optional<Outcome<Cache>> outcome;
  };
  state_->check_not_making(name);
  const auto answer = std::make_shared<Answer>();
  state_->find(name, [answer](Outcome<Cache> outcome) {
    answer->outcome.emplace(std::move(outcome));
    answer->ready.set();
  });
  answer->ready.wait();
  return answer->outcome->value();
}

void Caches::find(std::string_view name, Callback done) const {
  state_->find(name, std::move(done));
}

std::vector<std::string> Caches::names() const {
  return state_->names();
}

void Caches::add(const std::string& name, CacheOptions options) {
  state_->add(name, std::move(options));
}

void Caches::add_async(const std::string& name, Factory factory) {
  state_->add_async(name, std::move(factory));
}

void Caches::reconfigure(const Settings& settings) {
  state_->reconfigure(settings);
}

bool Caches::shutdown(Duration timeout) const {
  return state_->shutdown(timeout);
}

}  // namespace nacre
