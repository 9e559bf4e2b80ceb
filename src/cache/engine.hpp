// One cache behind its faces: finds, reads through, writes and invalidates.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.hpp"
#include "cache/core.hpp"
#include "cache/flight.hpp"
#include "cache/loads.hpp"
#include "nacre/cache.hpp"

namespace nacre::detail {

/// The cache without types. Thread safe. What throws is said in nacre/cache.hpp.
class Engine final {
 public:
  struct Limits {
    FlightTable::Limits flights{};
    bool owns_executor = false;  ///< stop it when the cache goes
  };

  Engine(std::shared_ptr<const Core> core, Options defaults, std::vector<PrefixRule> rules,
         Limits limits);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Asks running loads to stop, answers their waiters and, when the executor is the cache's own,
  /// waits for loaders that ignore that.
  ~Engine();

  const Core& core() const noexcept { return *core_; }

  Found find(const Namespace& space, std::string_view key);

  /// True when `found` answers a get_or_load at once and nothing else has to be done.
  bool find_fresh(const Namespace& space, std::string_view key, const Options& call, Found& found);

  /// Returns who waits, for read_and_wait(); empty when `done` was called without a load.
  std::shared_ptr<Waiter> read(const Namespace& space, std::string_view key, ErasedLoader loader,
                               const Options& call, FoundDone done);
  Found read_and_wait(const Namespace& space, std::string_view key, ErasedLoader loader,
                      const Options& call);

  void write(const Namespace& space, std::string_view key, Value value, const Options& call);
  void write_negative(const Namespace& space, std::string_view key, const Options& call);

  /// Throws what write() would throw for these arguments, and stores nothing.
  void check_write(const Namespace& space, std::string_view key, const Value& value,
                   const Options& call) const;

  bool remove(const Namespace& space, std::string_view key);
  bool has(const Namespace& space, std::string_view key) const;
  std::optional<Inspection> inspect(const Namespace& space, std::string_view key) const;
  std::vector<std::string> tags(const Namespace& space, std::string_view key) const;
  KeyPage list(const Namespace& space, const KeyQuery& query) const;
  bool extend(const Namespace& space, std::string_view key, std::optional<Duration> ttl);
  std::optional<std::uint64_t> invalidate(const Namespace& space, const Selector& selector,
                                          Severity severity);
  void clear(const Namespace& space);
  void replace_decoded(const Namespace& space, std::string_view key, const Value& bytes,
                       const Value& object);

  void set_defaults(Options defaults, std::vector<PrefixRule> rules);
  void set_namespace_defaults(const Namespace& space, Options defaults,
                              std::vector<PrefixRule> rules);
  CacheStats stats() const;
  void shutdown(Duration timeout);

 private:
  std::shared_ptr<const PolicyRules> rules(const Namespace& space) const;
  void update_early_refresh() NACRE_REQUIRES(rules_mutex_);
  bool look(const KeyView& key, Entry& entry, TimePoint now);
  void count(const Found& found);
  void store_write(const KeyView& key, Entry entry);
  std::optional<std::uint64_t> invalidate_keys(const Namespace& space, const KeySelector& selector,
                                               Severity severity);
  std::optional<std::uint64_t> invalidate_tags(const Namespace& space, const TagSelector& selector,
                                               Severity severity);
  std::uint64_t sweep(Sweep sweep);
  bool change_key(const KeyView& key, Severity severity);

  const std::shared_ptr<const Core> core_;
  const bool owns_executor_;
  const std::shared_ptr<Loads> loads_;

  mutable Mutex rules_mutex_;
  std::shared_ptr<const PolicyRules> rules_ NACRE_GUARDED_BY(rules_mutex_);
  std::unordered_map<std::uint16_t, std::shared_ptr<const PolicyRules>> namespace_rules_
      NACRE_GUARDED_BY(rules_mutex_);           ///< by Namespace::id, where it has its own
  std::atomic<bool> may_refresh_early_{false};  ///< of any rules, for hits
};

}  // namespace nacre::detail
