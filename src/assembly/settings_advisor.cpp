#include "assembly/settings_advisor.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text_units.hpp"
#include "cache/policy.hpp"

namespace nacre::assembly {
namespace {

/// One run over one settings.
class Advisor {
 public:
  Advisor(const Settings& settings, const HostLimits& host) : settings_(settings), host_(host) {}

  std::vector<Advice> run() && {
    on_memory(settings_.memory, "memory");
    on_cache(settings_.cache, "cache");
    for (const CacheSettings& cache : settings_.caches) {
      on_cache(cache, "caches." + cache.name);
      if (cache.memory) on_memory(*cache.memory, fmt::format("caches.{}.memory", cache.name));
    }
    on_memory_together();
    for (std::size_t index = 0; index < settings_.origins.size(); ++index) {
      on_origin(settings_.origins[index], fmt::format("origin[{}]", index));
    }
    on_server();
    return std::move(all_);
  }

 private:
  void on_memory(const MemorySettings& memory, const std::string& section) {
    const MemoryOptions options{.max_bytes = memory.max_bytes, .max_entries = memory.max_entries};
    add(section, nacre::advise(options, memory.max_value_bytes, host_.memory_bytes));
  }

  void on_memory_together() {
    std::uint64_t sum_bytes = settings_.memory.max_bytes;
    bool is_one = true;
    for (const CacheSettings& cache : settings_.caches) {
      if (!cache.memory) continue;
      sum_bytes += cache.memory->max_bytes;
      is_one = false;
    }
    if (is_one || host_.memory_bytes == 0 || sum_bytes <= host_.memory_bytes) return;
    all_.push_back({"memory.max_bytes",
                    fmt::format("{} with those of [caches.NAME.memory] are more "
                                "than the {} this machine gives",
                                format_bytes(sum_bytes), format_bytes(host_.memory_bytes))});
  }

  void on_cache(const CacheSettings& cache, const std::string& section) {
    const bool is_default = &cache == &settings_.cache;
    add(section, is_default ? nacre::advise(cache.defaults)
                            : advise_beyond(settings_.cache.defaults, cache.defaults));
    for (std::size_t index = 0; index < cache.rules.size(); ++index) {
      const Options options = overlay(cache.defaults, cache.rules[index].options);
      add(fmt::format("{}.rule[{}]", section, index), advise_beyond(cache.defaults, options));
    }
  }

  void on_origin(const OriginSettings& origin, const std::string& section) {
    const Options& base = settings_.cache.defaults;
    std::vector<Advice> advice = advise_beyond(base, overlay(base, origin.options));
    for (Advice& each : advice) {  // a rule names these two otherwise
      if (each.subject == "load_timeout") each.subject = "timeout";
      if (each.subject == "soft_load_timeout") each.subject = "soft_timeout";
    }
    add(section, std::move(advice));
    if (origin.max_body_bytes > settings_.memory.max_value_bytes) {
      all_.push_back({section + ".max_body_bytes",
                      "is more than memory.max_value_bytes: such an "
                      "answer is loaded each time and never stored"});
    }
    if (origin.max_idle > origin.max_concurrent) {
      all_.push_back({section + ".max_idle",
                      "is more than max_concurrent: there are never that "
                      "many connections"});
    }
  }

  void on_server() {
    const ServerSettings& server = settings_.server;
    if (server.max_body_bytes < settings_.memory.max_value_bytes) {
      all_.push_back({"server.max_body_bytes",
                      "is less than memory.max_value_bytes: the largest "
                      "values cannot be sent"});
    }
    constexpr std::uint64_t own_files = 64;  // listeners, timers, logs, certificates
    if (host_.open_files > 0 && server.max_connections + own_files > host_.open_files) {
      all_.push_back(
          {"server.max_connections", fmt::format("{} do not fit the {} files this process "
                                                 "may open",
                                                 server.max_connections, host_.open_files)});
    }
    if (server.production && server.allow_flush_in_production) {
      all_.push_back({"server.allow_flush_in_production",
                      "lets one request of the admin API empty "
                      "a cache in production"});
    }
  }

  void add(const std::string& section, std::vector<Advice> advice) {
    for (Advice& each : advice) {
      all_.push_back({fmt::format("{}.{}", section, each.subject), std::move(each.text)});
    }
  }

  const Settings& settings_;
  const HostLimits& host_;
  std::vector<Advice> all_;
};

}  // namespace

std::vector<Advice> advise(const Settings& settings, const HostLimits& host) {
  return Advisor(settings, host).run();
}

}  // namespace nacre::assembly
