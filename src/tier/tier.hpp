// The interface that memory, disk and remote share. The cache knows tiers only by this.
//
// Contract (tests/contract/tier_contract.hpp runs it on every tier):
// - A tier never returns an entry that the marks hold to be invalid, and returns one that they hold
//   to be expired as stale.
// - store() commits only while the stamp holds, and checks that under the same lock, or in the same
//   script, as the commit itself: no invalidation fits between the two (P1).
// - Nothing here throws. A tier that cannot answer says `skipped`, at the latest at the deadline.
// - A callback runs exactly once: inside the call when the answer is at hand, else later on another
//   thread; never under a lock of the tier.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nacre/deadline.hpp"
#include "nacre/inspection.hpp"
#include "tier/entry.hpp"
#include "tier/key.hpp"

namespace nacre {

/// What a tier says of one key.
struct TierReply {
  enum class State : std::uint8_t {
    absent,   ///< the tier has no usable entry
    found,    ///< `entry` is it; fresh or stale
    skipped,  ///< the tier could not be asked in time
  };
  State state = State::absent;
  Entry entry{};
};

enum class StoreReply : std::uint8_t {
  stored,
  outdated,  ///< an invalidation came first; nothing was stored
  refused,   ///< there is no room for a value of this size
  skipped,   ///< the tier could not be asked in time
};

/// How store() treats the key's stripe.
enum class StoreKind : std::uint8_t {
  fill,   ///< a loaded value: commits only while its whole stamp holds
  write,  ///< a direct write: newer than every load that is running. Only marks can outdate it, and
          ///< the tier touches the key's stripe (Marks::touch) under the lock of the commit
};

/// A change of one entry in place.
struct Update {
  enum class Kind : std::uint8_t {
    remove,   ///< drop the entry
    expire,   ///< stale from now on, kept for stale_if_error, not served while revalidating
    extend,   ///< fresh until `fresh_until`; with `expected`, only while it holds that and is fresh
    replace,  ///< `expected` by `value`, the same content in another form; nothing else changes
  };
  Kind kind = Kind::remove;
  TimePoint fresh_until{};
  Value expected{};
  Value value{};
};

/// Entries of one namespace to remove or expire, chosen by looking at each. Only entries whose
/// epoch is older than `before_epoch` are meant.
struct Sweep {
  const Namespace* space = nullptr;
  std::function<bool(std::string_view key, const EntryNotes* notes)> matches{};
  Severity severity = Severity::remove;
  std::uint64_t before_epoch = 0;
};

/// How full a tier is.
struct TierUsage {
  std::uint64_t entries_count = 0;
  std::uint64_t bytes = 0;
  std::uint64_t max_bytes = 0;
  std::uint64_t evicted_count = 0;
  std::uint64_t expired_count = 0;
};

using FindDone = std::function<void(TierReply)>;
using StoreDone = std::function<void(StoreReply)>;
using UpdateDone = std::function<void(bool was_present)>;
using SweepDone = std::function<void(std::uint64_t swept_count)>;
/// nullopt: the cursor of the query is not one of this tier.
using ListDone = std::function<void(std::optional<KeyPage>)>;

/// What is told of an entry to those who look at it. `entry_bytes` is left to the tier.
Inspection inspection_of(std::string key, const Entry& entry, TierKind tier, TimePoint now);

/// One level of the cache. Thread safe. See the contract above.
class Tier {
 public:
  virtual ~Tier() = default;

  virtual TierKind kind() const noexcept = 0;

  /// Looks `key` up. True: the answer is in `reply`, and `done` is not called. False: `done` is
  /// called later with the answer.
  virtual bool find(const KeyView& key, Deadline deadline, TierReply& reply,
                    const FindDone& done) = 0;

  /// Replaces what is there. A value that does not fit is refused, and what is there stays.
  virtual void store(const KeyView& key, Entry entry, StoreKind kind, const StoreDone& done) = 0;

  /// The caller has touched the key's stripe before a remove or an expire.
  virtual void update(const KeyView& key, const Update& update, const UpdateDone& done) = 0;

  virtual void sweep(const Sweep& sweep, const SweepDone& done) = 0;

  /// One page of the keys of a namespace. Filters of the query are applied.
  virtual void list(const Namespace& space, const KeyQuery& query, const ListDone& done) = 0;

  virtual TierUsage usage() const = 0;
};

}  // namespace nacre
