// A tier that several processes share: what the cache needs beyond Tier to keep them coherent.
//
// Contract beyond that of Tier:
// - What a reply brings may be kept nearer only when `may_copy` says that its changes will be told
//   to the NearCopies, and then only under the stripe count that the reply carries: it was taken
//   when the command that brought the value was encoded, so a change that is told since then
//   outdates the copy. The epoch of such a copy stays that of the load's own stamp.
// - Changes, whoever made them, are told in the order of the wire: one that was made before what a
//   reply brings is told before the reply.
// - A change that was asked for (a write, an update, a mark, a sweep) and did not reach the tier is
//   kept and repeated until it has, bounded, the newest of each key; until then find() and claim()
//   answer `skipped` for what it concerns. When there were too many, everything was: on_unknown().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/deadline.hpp"
#include "nacre/error.hpp"
#include "tier/tier.hpp"

namespace nacre {

/// Who keeps copies of a shared tier's entries, and hears what becomes of those. Thread safe;
/// quick; nothing is thrown. Called on the tier's own threads.
class NearCopies {
 public:
  virtual ~NearCopies() = default;

  /// The value of `key` in `space` has changed or gone.
  virtual void on_key_changed(std::string_view space, std::string_view key) = 0;

  /// Somebody has ended the claim of `key` that this process had: loads of it that run are
  /// outdated.
  virtual void on_claim_lost(std::string_view space, std::string_view key) = 0;

  /// A tag's mark has changed or gone: entries with the tag are not valid any more.
  virtual void on_tag_changed(std::string_view space, std::string_view tag) = 0;

  /// The mark of the namespace has: so for all its entries.
  virtual void on_space_changed(std::string_view space) = 0;

  /// Changes may have been missed: every copy must be checked before it counts as fresh. `cut_at`:
  /// all changes before it were told. Called when the connection is lost, and once more when it is
  /// whole again, with what was copied meanwhile being meant too.
  virtual void on_unknown(TimePoint cut_at) = 0;

  /// Changes are told again from now on. Comes after the on_unknown() that goes with it.
  virtual void on_connected() = 0;
};

/// How a call of a shared tier ended for one that writes.
struct SharedStored {
  StoreReply reply = StoreReply::skipped;
  bool may_copy = false;           ///< stored, and its next change will be told
  std::uint64_t stripe_count = 0;  ///< for the copy; with may_copy
};
using SharedStoreDone = std::function<void(SharedStored)>;

/// The right to bring the value of one key, held by one load of the fleet at a time: a lease.
/// Renewed while it lives, at a third of its length. Goes on living until it is given back, used
/// or lost. Destroying it gives it back, so that another may load at once. Thread safe.
class Claim {
 public:
  virtual ~Claim() = default;

  /// Stores what was loaded, unless the key, one of its tags or the namespace was invalidated, or
  /// the lease was lost, since the claim was granted. A tag that the claim was not told of counts
  /// as invalidated unless its mark is known to be the same since then, or there is none yet.
  /// Answers at the latest at `deadline`. Uses the claim up.
  virtual void fill(Entry entry, Deadline deadline, SharedStoreDone done) = 0;

  /// The load failed: others who wait are given `error`, and nobody is granted the key before
  /// `back_off` has passed. Uses the claim up.
  virtual void fail(const Error& error, Duration back_off) = 0;
};

struct ClaimRequest {
  /// The tags the entry will have as far as is known; their marks are read before the load.
  std::vector<std::string> tags{};

  /// How long an answer of the tier may take, whenever it is asked.
  Duration tier_timeout{};

  /// When the caller stops waiting for another process's load.
  Deadline deadline{};

  /// The caller has gone: the wait ends with `skipped`.
  std::stop_token stop{};

  /// The value is to be loaded though there is one.
  bool is_reload = false;
};

struct ClaimReply {
  enum class State : std::uint8_t {
    granted,  ///< `claim` is the right to load
    found,    ///< there is a fresh entry: it was there, or the load waited for has brought it
    failed,   ///< the load waited for failed with `error`, or did so less than its back-off ago
    skipped,  ///< the tier could not be asked, or the deadline has passed
  };
  State state = State::skipped;
  std::unique_ptr<Claim> claim{};
  Entry entry{};
  bool may_copy = false;
  std::uint64_t stripe_count = 0;
  std::optional<Error> error{};
};
using ClaimDone = std::function<void(ClaimReply)>;

/// What find() says of a shared tier's entry, beside TierReply.
struct SharedReply {
  TierReply::State state = TierReply::State::skipped;
  Entry entry{};
  bool may_copy = false;
  std::uint64_t stripe_count = 0;
};
using SharedFindDone = std::function<void(SharedReply)>;
using SharedFindManyDone = std::function<void(std::vector<SharedReply>)>;

enum class SharedState : std::uint8_t {
  up,        ///< it answers, and changes are told
  degraded,  ///< it answers some calls, or tells no changes
  down,      ///< it is not asked for now
};

/// For health pages and metrics.
struct SharedStatus {
  SharedState state = SharedState::down;
  std::string topology{};    ///< "standalone", ...
  std::string last_error{};  ///< for people; no secrets; stays after recovery
  Duration since{};          ///< how long `state` has been so
  std::optional<Duration> round_trip{};
  bool tells_changes = false;
  std::uint64_t pending_count = 0;  ///< changes that wait to be repeated
  std::uint64_t dropped_count = 0;  ///< changes that there was no room to keep
  std::uint64_t corrupt_count = 0;  ///< values that were not what was stored
  struct Node {
    std::string name{};
    std::string role{};
    std::string state{};
    std::string version{};
    std::optional<Duration> round_trip{};
    std::string last_error{};
  };
  std::vector<Node> nodes{};
};

/// Called once, at the latest at the deadline. False: the change is kept and will be repeated.
using ReachedDone = std::function<void(bool has_reached)>;

/// What is asked of a shared tier. Thread safe. A callback runs exactly once, on a thread of the
/// tier or inside the call; never under a lock.
class SharedReads {
 public:
  virtual ~SharedReads() = default;

  /// Looks `key` up: one read. A stale entry is `found` too.
  virtual void find(const KeyView& key, Deadline deadline, SharedFindDone done) = 0;

  /// The same for many keys, one round trip for each owner; answers in their order.
  virtual void find_many(std::span<const KeyView> keys, Deadline deadline,
                         SharedFindManyDone done) = 0;

  /// Asks for the right to load `key`: answers when it is granted, or when the load of somebody
  /// else has ended. One round trip when nobody else loads.
  virtual void claim(const KeyView& key, ClaimRequest request, ClaimDone done) = 0;
};

/// Entries of one namespace to remove or expire, chosen by looking at each.
struct SharedSweep {
  const Namespace* space = nullptr;
  std::string literal_prefix{};  ///< no key without it is meant
  bool looks_at_tags = false;    ///< else `matches` is called with no tags
  std::function<bool(std::string_view key, std::span<const std::string> tags)> matches{};
  Severity severity = Severity::remove;
};

/// What is changed in a shared tier. As SharedReads.
class SharedWrites {
 public:
  virtual ~SharedWrites() = default;

  /// A direct write: replaces the value and ends the claim that somebody may have, in one step.
  /// What does not reach the tier is kept and repeated, unless `is_strict`; then the key's old
  /// value counts as invalidated, and that is kept and repeated instead.
  virtual void write(const KeyView& key, Entry entry, Deadline deadline, bool is_strict,
                     SharedStoreDone done) = 0;

  /// Removes or expires one key, and ends its claim: one round trip.
  virtual void change_key(const KeyView& key, Severity severity, Deadline deadline,
                          ReachedDone done) = 0;

  /// Replaces the marks of the tags: one round trip for all.
  virtual void change_tags(const Namespace& space, std::span<const std::string> tags,
                           Severity severity, Deadline deadline, ReachedDone done) = 0;

  /// Replaces the mark of the namespace: one round trip.
  virtual void change_space(const Namespace& space, Severity severity, Deadline deadline,
                            ReachedDone done) = 0;

  /// Removes or expires the entries that `sweep` means, and ends the claims of all keys that it may
  /// mean. O(keys of the tier); takes as long as it takes.
  virtual void sweep(SharedSweep sweep, ReachedDone done) = 0;

  /// Makes a fresh, or stale, entry fresh for `ttl` from now: false when there is none.
  virtual void extend(const KeyView& key, Duration ttl, Deadline deadline,
                      std::function<void(bool was_present)> done) = 0;
};

/// One shared tier.
class SharedTier : public SharedReads, public SharedWrites {
 public:
  /// Before the first other call; once. `copies` outlives the tier's shutdown().
  virtual void start(NearCopies& copies) = 0;

  virtual SharedStatus status() const = 0;

  /// Waits until `deadline` for what is pending, then answers everything and calls nothing any
  /// more. Idempotent. True: nothing was lost.
  virtual bool shutdown(Deadline deadline) = 0;
};

}  // namespace nacre
