// Single flight: at most one load of a key at a time, shared by all who wait for it (P5).
//
// The load belongs to the cache. Waiters come and go with their own deadlines; the last one to
// leave asks the load to stop, unless it goes on in the background. A waiter that joined after an
// invalidation is not given what the older load brings: it takes part in a load that began later.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include "base/gate.hpp"
#include "base/mutex.hpp"
#include "cache/claim_slot.hpp"
#include "cache/policy.hpp"
#include "nacre/cache.hpp"
#include "nacre/clock.hpp"
#include "nacre/loader.hpp"
#include "nacre/outcome.hpp"
#include "tier/entry.hpp"
#include "tier/key.hpp"

namespace nacre {

using FoundDone = std::function<void(Outcome<detail::Found>)>;

struct Flight;

/// One caller that waits for a load. `flight`, `position` and the two flags are guarded by the
/// mutex of the key's shard, and so is `fallback` while it waits; the rest is set before the waiter
/// joins.
struct Waiter {
  std::uint64_t key_hash = 0;  ///< names the shard
  FoundDone done{};
  detail::ErasedLoader loader{};
  Policy policy{};
  std::optional<Entry> fallback{};  ///< the stale entry this caller may be given
  TierKind fallback_tier = TierKind::memory;
  std::atomic<TimerId> deadline_timer{};
  std::atomic<TimerId> soft_timer{};
  std::atomic<bool> is_answered{false};
  std::optional<std::stop_callback<std::function<void()>>> on_stop{};

  std::shared_ptr<Flight> flight{};  ///< empty: has left, or has its answer
  std::size_t position = 0;          ///< in the flight's list
  Stamp joined_at{};                 ///< what had been invalidated when it joined
  bool joined_cancelled = false;     ///< the load had been told to stop when it joined
};

/// One load of one key. Members of the second group are guarded by the mutex of the key's shard.
struct Flight {
  OwnedKey key{};
  detail::ErasedLoader loader{};
  Policy policy{};
  Stamp stamp{};
  TimePoint started_at{};
  TimePoint seen_loaded_at{};       ///< of the entry that made this a refresh; a newer one ends it
  std::optional<Entry> previous{};  ///< written by whoever works on the load, one after the other
  bool has_stale_entry = false;     ///< there is one to serve: a failure is worth a back-off
  bool is_background = false;
  bool has_unchecked_copy = false;  ///< the entry that memory had is not known to be right
  bool wants_news = false;          ///< a refresh: what is there already does not answer it
  int claims_count = 0;             ///< that were asked for
  LoadContext context{};
  std::stop_source stop{};
  std::atomic<TimerId> hard_timer{};
  std::atomic<bool> is_queued{false};  ///< waits for a thread; who sets it to false runs the loader
  std::atomic<bool> is_settled{false};    ///< is queued, or began, or ended: see settle()
  std::atomic<bool> has_answered{false};  ///< the loader has; what its thread does now is not it
  std::shared_ptr<Gate> gate{};           ///< outlives the pass
  Gate::Pass pass{};                      ///< given back when the load has ended
  ClaimSlot claim{};                      ///< closed: what the load brings is kept nowhere

  std::vector<std::shared_ptr<Waiter>> waiters{};
  bool outlives_waiters = false;  ///< somebody was given a stale value and relies on the refresh
  bool is_cancelled = false;
  bool is_abandoned = false;  ///< past load_timeout; another load may begin
  bool is_ended = false;
  std::optional<Entry> fallback{};  ///< a stale entry that a farther tier had
  TierKind fallback_tier = TierKind::memory;
  Stamp fallback_at{};  ///< what had been invalidated when it was known to be right

  /// What the thread that runs its loader waits for. Guarded by LoadWaits.
  std::shared_ptr<Waiter> waits_for{};

  /// Where the load runs is decided: wakes those who wait to know.
  void settle() noexcept {
    is_settled = true;
    is_settled.notify_all();
  }
};

/// The loads that are running, by key. Thread safe. It decides who waits for what; the read path
/// does the loading and the answering.
class FlightTable {
 public:
  struct Limits {
    std::size_t max_flights = 1024;
    std::size_t max_waiters = 65'536;
  };

  enum class Joining : std::uint8_t {
    started,    ///< the flight is new; the caller must start it
    joined,     ///< the waiter has joined a flight that runs
    busy,       ///< a background flight was wanted, and one runs already
    saturated,  ///< no room for another flight, or for another waiter
  };
  struct Joined {
    Joining result = Joining::busy;
    std::shared_ptr<Flight> flight{};
    bool supersedes_abandoned = false;  ///< an older load of this key may still bring its value
    bool has_fallback = false;          ///< the waiter has one, of its own or of the flight
  };

  explicit FlightTable(Limits limits) : limits_(limits) {}

  /// Puts `waiter` (nullptr: a background load) on the flight of `key`, or on a new one that
  /// `make` makes. `make` runs under a lock: memory work only.
  Joined join(const KeyView& key, const std::shared_ptr<Waiter>& waiter, const Stamp& now,
              const std::function<std::shared_ptr<Flight>()>& make);

  enum class Leaving : std::uint8_t {
    gone,       ///< it had left, or had its answer
    left,       ///< it has left; others wait, or the load goes on
    left_last,  ///< it has left and the load is of no more use: ask it to stop
  };
  struct Left {
    Leaving result = Leaving::gone;
    std::shared_ptr<Flight> flight{};  ///< the one to stop, for left_last
  };
  /// Takes `waiter` off its flight. The one caller that is not told `gone` must answer it.
  /// `keeps_running`: the load goes on though nobody waits.
  Left leave(Waiter& waiter, bool keeps_running);

  /// The flight has ended. Takes its waiters; those for which `wants_rerun` is true are put on a
  /// new flight that `make` makes from the first of them, or the first that wants a reload, in the
  /// same step, so that no third load can come between. `wants_rerun` and `make` run under a lock.
  struct Ended {
    std::vector<std::shared_ptr<Waiter>> answered{};
    std::shared_ptr<Flight> successor{};
  };
  Ended end(const std::shared_ptr<Flight>& flight,
            const std::function<bool(const Waiter&)>& wants_rerun,
            const std::function<std::shared_ptr<Flight>(Waiter&)>& make);

  /// load_timeout has passed: takes the waiters and lets another load begin. Empty when it has
  /// ended.
  std::optional<std::vector<std::shared_ptr<Waiter>>> abandon(
      const std::shared_ptr<Flight>& flight);

  /// A stale entry that may be served at once is there: takes the waiters, but for those that want
  /// a reload. The flight goes on.
  std::vector<std::shared_ptr<Waiter>> release(const std::shared_ptr<Flight>& flight);

  /// The same for one to be served when the load fails or is slow: gives it to the waiters, and to
  /// those that join while nothing is invalidated after `at`. Returns who has got it.
  std::vector<std::shared_ptr<Waiter>> give_fallback(const std::shared_ptr<Flight>& flight,
                                                     const Entry& entry, TierKind tier,
                                                     const Stamp& at);

  /// The flight `waiter` waits for, or nullptr when it has left or has its answer.
  std::shared_ptr<Flight> flight_of(const Waiter& waiter);

  /// The load of `key` that runs, or nullptr.
  std::shared_ptr<Flight> find(const KeyView& key);

  /// A load failed at `stamp`: the origin is not asked again before `until`. Bounded; the oldest
  /// go.
  void back_off(const KeyView& key, const Stamp& stamp, TimePoint until);

  /// The stamp of the failure that is backed off from now; nullopt when there is none.
  std::optional<Stamp> find_back_off(const KeyView& key, TimePoint now);

  std::size_t running_count() const noexcept {
    return running_count_.load(std::memory_order_relaxed);
  }

  /// All flights that run now.
  std::vector<std::shared_ptr<Flight>> running();

 private:
  static constexpr std::size_t shards_count = 64;
  static constexpr std::size_t max_back_offs_per_shard = 1024;

  struct KeyHash {
    std::size_t operator()(const OwnedKey& key) const noexcept { return key.hash; }
  };
  struct KeyEqual {
    bool operator()(const OwnedKey& first, const OwnedKey& second) const noexcept {
      return first.hash == second.hash && first.space == second.space && first.text == second.text;
    }
  };
  struct BackOff {
    TimePoint until{};
    Stamp stamp{};
  };
  struct Shard {
    Mutex mutex;
    std::unordered_map<OwnedKey, std::shared_ptr<Flight>, KeyHash, KeyEqual> flights
        NACRE_GUARDED_BY(mutex);
    std::unordered_map<OwnedKey, BackOff, KeyHash, KeyEqual> back_offs NACRE_GUARDED_BY(mutex);
  };

  Shard& shard_of(std::uint64_t hash) noexcept { return shards_[(hash >> 48) % shards_count]; }
  bool try_count_one() noexcept;

  const Limits limits_;
  std::array<Shard, shards_count> shards_;
  std::atomic<std::size_t> running_count_{0};
};

}  // namespace nacre
