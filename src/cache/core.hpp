// What all parts of one cache share: its tiers, its marks and what it was given from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/random.hpp"
#include "cache/namespaces.hpp"
#include "cache/near_copies.hpp"
#include "cache/policy.hpp"
#include "cache/statistics.hpp"
#include "coherence/marks.hpp"
#include "nacre/cache.hpp"
#include "nacre/executor.hpp"
#include "tier/tier.hpp"

namespace nacre {

/// One cache's shared parts. Const after construction, but for what says otherwise; each part is
/// thread safe by itself. Tiers are nearest first; the first is memory and answers at once.
struct Core {
  std::string name{};
  std::size_t max_value_bytes = 0;
  std::shared_ptr<Clock> clock{};
  std::shared_ptr<Executor> executor{};
  std::shared_ptr<MetricsRegistry> metrics{};
  Logger log{};
  std::unique_ptr<Random> random{};
  std::uint64_t seed = 0;
  std::unique_ptr<Marks> marks{};
  std::shared_ptr<Namespaces> namespaces{};
  std::vector<std::unique_ptr<Tier>> tiers{};
  std::unique_ptr<MemoryCopies> copies{};  ///< what `shared` tells; both or neither
  std::unique_ptr<SharedTier> shared{};    ///< beyond all tiers; may be empty
  std::unique_ptr<Statistics> statistics{};

  Tier& memory() const noexcept { return *tiers.front(); }

  /// A key of `space`, hashed. Not checked.
  KeyView key(const Namespace& space, std::string_view text) const noexcept {
    return {&space, text, hash_key(space, text, seed)};
  }

  /// What memory has for `key`; false when it has nothing usable.
  bool find_in_memory(const KeyView& key, Entry& entry) const;

  /// What an entry of memory is worth, beside its own times.
  CopyTrust trust_of(const Entry& entry, TimePoint now) const noexcept {
    return copies ? copies->trust_of(entry, now) : CopyTrust::trusted;
  }

  /// Does what the shared tier has not confirmed, and answered like this, have to be looked up
  /// there before it counts as fresh?
  bool is_to_be_checked(StoreReply said) const noexcept {
    return said != StoreReply::skipped || copies->is_connected();
  }

  /// The notes of an entry with this policy; none when there is nothing to note.
  NotesRef notes_of(const Namespace& space, const Policy& policy, Validators validators) const;
};

/// What a caller is told of an entry.
detail::Found found_of(const Entry& entry, TierKind tier, TimePoint now);

}  // namespace nacre
