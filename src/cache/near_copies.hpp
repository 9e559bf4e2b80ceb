// Which entries of the memory tier may be believed while a shared tier has the last word (P4).
//
// Connected, the shared tier tells every change, so a copy made since then is known to be right.
// Everything older is unknown, in O(1): one epoch divides the two. So is a copy that the tier does
// not vouch for, which says so itself (Entry::is_unchecked). While the connection is lost the other
// copies are believed for max_disconnected_age after the cut, or after their load when that came
// later; then they count as stale. Before the first connection there was no cut, only loads.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <string_view>

#include "base/log.hpp"
#include "base/striped_counter.hpp"
#include "cache/namespaces.hpp"
#include "coherence/marks.hpp"
#include "tier/shared_tier.hpp"

namespace nacre {

/// What a memory entry is worth, beside its own times.
enum class CopyTrust : std::uint8_t {
  trusted,    ///< as good as its times say
  unchecked,  ///< to be looked up in the shared tier first
  outlived,   ///< nobody can be asked and it is too old to be believed: stale at best
};

/// Keeps the memory tier in step with a shared tier. Thread safe; everything is O(1).
class MemoryCopies final : public NearCopies {
 public:
  /// All of it outlives the copies.
  struct Parts {
    Marks* marks = nullptr;
    const Namespaces* namespaces = nullptr;
    Tier* memory = nullptr;
    StripedCounter* unknowns = nullptr;  ///< counts how often everything became unknown
    Logger log{};
    std::uint64_t seed = 0;  ///< of the cache's keys and tags
    Duration max_disconnected_age{};
  };

  explicit MemoryCopies(Parts parts) : parts_(std::move(parts)) {}

  void on_key_changed(std::string_view space, std::string_view key) override;
  void on_claim_lost(std::string_view space, std::string_view key) override;
  void on_tag_changed(std::string_view space, std::string_view tag) override;
  void on_space_changed(std::string_view space) override;
  void on_unknown(TimePoint cut_at) override;
  void on_connected() override;

  /// One atomic load for a copy that is known: what a hit pays.
  CopyTrust trust_of(const Entry& entry, TimePoint now) const noexcept {
    if (entry.is_unchecked) return CopyTrust::unchecked;
    // acquire pairs with the release in Marks::advance() and on_unknown().
    const std::uint64_t known_from = known_from_.load(std::memory_order_acquire);
    if (entry.stamp.epoch >= known_from) return CopyTrust::trusted;
    if (known_from != nothing_known) return CopyTrust::unchecked;
    return is_young(entry, now) ? CopyTrust::trusted : CopyTrust::outlived;
  }

  /// Are changes told now? If not, what the tier did not take is kept as any other copy: it is
  /// older than the epoch of the next connection.
  bool is_connected() const noexcept {
    return known_from_.load(std::memory_order_acquire) != nothing_known;
  }

  /// May an unchecked copy be believed for want of an answer?
  bool is_young(const Entry& entry, TimePoint now) const noexcept;

 private:
  static constexpr std::uint64_t nothing_known = std::numeric_limits<std::uint64_t>::max();

  const Parts parts_;

  /// Copies of this epoch and later are known; nothing_known while not connected.
  std::atomic<std::uint64_t> known_from_{nothing_known};
  std::atomic<TimePoint> cut_at_{TimePoint::min()};
};

/// Makes `entry` stale from `now` on, and of use for errors only.
void make_outlived(Entry& entry, TimePoint now) noexcept;

}  // namespace nacre
