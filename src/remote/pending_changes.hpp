// Changes that have not reached the server, and those that have lately: both are repeated, the
// first until they reach it, the second when another server answers that may lack them (P7).
//
// Of each key, tag and namespace one change is kept: the newest, or what comes to the same as it
// and the one before. Bounded by count, and by the bytes of kept writes, beyond which a write is
// kept as the removal of its key.
//
// Thread safe. One lock, held for memory work only.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.hpp"
#include "remote/entry_form.hpp"
#include "remote/names.hpp"
#include "tier/shared_tier.hpp"

namespace nacre::remote {

/// A direct write that is to be repeated: it carries the marks of its own time.
struct KeptWrite {
  Entry entry{};
  EntryMarks marks{};
};

/// One change of one thing.
struct Change {
  NameKind kind = NameKind::value;  ///< value, tag_mark or space_mark
  const Namespace* space = nullptr;
  std::string text{};          ///< the key or the tag
  std::uint64_t key_hash = 0;  ///< of a key
  Severity severity = Severity::remove;
  std::shared_ptr<const KeptWrite> write{};  ///< of a key: not null, and severity means nothing

  /// What it changes, in Redis.
  std::string name() const;
};

/// What becomes of one thing when `newer` is asked for while `older` has not been done.
Change merged(const Change& older, const Change& newer);

class PendingChanges {
 public:
  struct Limits {
    std::size_t max_count = 16'384;
    std::size_t max_bytes = std::size_t{64} << 20;  ///< of kept writes
    std::size_t max_sweeps = 64;
  };

  explicit PendingChanges(Limits limits) : limits_(limits) {}

  /// True: there was no room, and what was kept has become the removal of whole namespaces.
  bool add(Change change);
  bool add(SharedSweep sweep);

  /// Takes `change` in only if something is pending for the same thing already: then its order
  /// after that is kept by waiting behind it.
  bool try_follow(const Change& change);

  /// Kept writes that `sweep` means become removals: it is newer than they are.
  void apply(const SharedSweep& sweep);

  /// Is the answer of the server for `key` not to be trusted yet?
  bool concerns(const KeyView& key) const;
  /// The same for its tags, once those are known.
  bool concerns(const KeyView& key, std::span<const std::string> tags) const;

  /// One that is to be done. The number tells whether it is still the newest when it is done.
  struct Item {
    Change change{};
    std::uint64_t number = 0;
  };
  /// At most `most_count` of those whose Redis key `can_be_sent` says yes to, under the lock.
  std::vector<Item> next_changes(std::size_t most_count,
                                 const std::function<bool(std::string_view)>& can_be_sent) const;
  std::optional<std::pair<SharedSweep, std::uint64_t>> next_sweep() const;
  void finish(const Item& item);
  void finish_sweep(std::uint64_t number);

  bool empty() const noexcept { return count_ == 0; }
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t dropped_count() const noexcept { return dropped_count_; }

 private:
  bool keep(Change change) NACRE_REQUIRES(mutex_);
  void overflow() NACRE_REQUIRES(mutex_);
  void recount() NACRE_REQUIRES(mutex_);
  bool concerns_key(const KeyView& key) const NACRE_REQUIRES(mutex_);

  const Limits limits_;
  mutable Mutex mutex_;
  std::unordered_map<std::string, Item> items_ NACRE_GUARDED_BY(mutex_);
  std::deque<std::pair<SharedSweep, std::uint64_t>> sweeps_ NACRE_GUARDED_BY(mutex_);
  std::uint64_t last_number_ NACRE_GUARDED_BY(mutex_) = 0;
  std::size_t bytes_ NACRE_GUARDED_BY(mutex_) = 0;
  std::atomic<std::uint64_t> count_{0};
  std::atomic<std::uint64_t> dropped_count_{0};
};

/// The invalidations of the last minute. Thread safe.
class RecentChanges {
 public:
  void add(const Change& change, TimePoint now);

  /// Those that are a minute old at most; they are let go.
  std::vector<Change> take(TimePoint now);

 private:
  struct Done {
    Change change{};
    TimePoint at{};
  };
  Mutex mutex_;
  std::deque<Done> done_ NACRE_GUARDED_BY(mutex_);
};

}  // namespace nacre::remote
