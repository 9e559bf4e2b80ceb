// One cache behind its faces: finds, reads through, writes and invalidates.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
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
#include "nacre/outcome.hpp"

namespace nacre::detail {

/// Who is told how an operation ended. On any thread; must not block or throw.
template <class T>
using Then = std::function<void(Outcome<T>)>;

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

  /// Looks into memory alone. True: `found` is the answer, perhaps a miss. False: the shared tier
  /// is to be asked.
  bool find_now(const Namespace& space, std::string_view key, Found& found);

  /// Calls `done` before it returns when memory has the answer or there is no shared tier; so do
  /// all that end in `_later`. What is thrown is thrown before that.
  void find_later(const Namespace& space, std::string_view key, FoundDone done);
  void find_many_later(const Namespace& space, std::span<const std::string_view> keys,
                       Then<std::vector<Found>> done);

  /// True when `found` answers a get_or_load at once and nothing else has to be done.
  bool find_fresh(const Namespace& space, std::string_view key, const Options& call, Found& found);

  /// Returns who waits, for read_and_wait(); empty when `done` was called without a load.
  std::shared_ptr<Waiter> read(const Namespace& space, std::string_view key, ErasedLoader loader,
                               const Options& call, FoundDone done);
  Found read_and_wait(const Namespace& space, std::string_view key, ErasedLoader loader,
                      const Options& call);

  void write_later(const Namespace& space, std::string_view key, Value value, const Options& call,
                   Then<Done> done);
  void write_negative_later(const Namespace& space, std::string_view key, const Options& call,
                            Then<Done> done);

  /// All are checked before the first is stored. `done` is told the first error.
  void write_many_later(const Namespace& space, std::vector<Item<Value>> items, Then<Done> done);

  void remove_later(const Namespace& space, std::string_view key, Then<bool> done);
  void has_later(const Namespace& space, std::string_view key, Then<bool> done) const;
  void inspect_later(const Namespace& space, std::string_view key,
                     Then<std::optional<Inspection>> done) const;
  void extend_later(const Namespace& space, std::string_view key, std::optional<Duration> ttl,
                    Then<bool> done);
  void invalidate_later(const Namespace& space, const Selector& selector, Severity severity,
                        Then<std::optional<std::uint64_t>> done);
  void clear_later(const Namespace& space, Then<Done> done);

  /// What memory knows.
  std::vector<std::string> tags(const Namespace& space, std::string_view key) const;
  KeyPage list(const Namespace& space, const KeyQuery& query) const;
  void replace_decoded(const Namespace& space, std::string_view key, const Value& bytes,
                       const Value& object);

  void set_defaults(Options defaults, std::vector<PrefixRule> rules);
  void set_namespace_defaults(const Namespace& space, Options defaults,
                              std::vector<PrefixRule> rules);
  CacheStats stats() const;
  std::vector<TierStatus> tiers() const;
  void shutdown(Duration timeout);

 private:
  std::shared_ptr<const PolicyRules> rules(const Namespace& space) const;
  void update_early_refresh() NACRE_REQUIRES(rules_mutex_);
  Deadline tier_deadline(const Namespace& space, std::string_view key) const;
  bool look(const KeyView& key, Entry& entry, TimePoint now);
  bool look_near(const KeyView& key, Entry& entry) const;
  void look_far(const KeyView& key, std::function<void(Entry*, TierKind)> done) const;
  void find_far(const KeyView& key, FoundDone done) const;

  void store_write(const KeyView& key, Entry entry, const Policy& policy, Then<Done> done);
  void write_far(const KeyView& key, Entry entry, const Policy& policy, Then<Done> done);

  using Count = std::optional<std::uint64_t>;
  struct FarChange;
  static bool is_strict(const Policy& policy) noexcept;
  void invalidate_keys(const Namespace& space, const KeySelector& selector, Severity severity,
                       Then<Count> done);
  void invalidate_tags(const Namespace& space, const TagSelector& selector, Severity severity,
                       Then<Count> done);
  void sweep(Sweep sweep, SharedSweep far, Then<Count> done);
  bool change_key(const KeyView& key, Severity severity);
  void change_keys_far(std::vector<OwnedKey> keys, Severity severity, Then<Count> done);
  static void ask_change(const Core& core, const std::shared_ptr<FarChange>& change,
                         Deadline deadline);
  static void finish_change(const Core& core, FarChange& change);
  void change_tags_far(const Namespace& space, const std::vector<std::string>& tags,
                       std::vector<std::uint64_t> hashes, Severity severity, Then<Count> done);
  void clear_far(const Namespace& space, Then<Done> done);
  void sweep_far(Sweep sweep, SharedSweep far, Then<Count> done);
  ReachedDone after_change(const Namespace& space, std::function<void()> near,
                           Then<Count> done) const;
  void extend_far(const KeyView& key, Duration ttl, Then<bool> done);
  void end_shared();

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
