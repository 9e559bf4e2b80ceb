// How the tiers of a cache are, for health pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nacre/clock.hpp"
#include "nacre/lookup.hpp"

#pragma GCC visibility push(default)
namespace nacre {

enum class TierState : std::uint8_t {
  up,        ///< it answers
  degraded,  ///< it answers some calls, or tells no changes, so that each read asks it
  down,      ///< it is left alone for now: the cache works without it
};

/// "up", "degraded" or "down".
std::string_view name_of(TierState state) noexcept;

/// One tier of a cache. A snapshot.
struct TierStatus {
  TierKind kind = TierKind::memory;
  std::string name{};  ///< "memory"; for the remote its topology, as "standalone"
  TierState state = TierState::up;
  Duration since{};                   ///< how long the state has been so; 0 for memory
  std::optional<Duration> latency{};  ///< of the last round trip, where there was one
  bool tells_changes = true;          ///< copies nearer than it are kept right
  std::uint64_t pending_count = 0;    ///< changes that have not reached it and are repeated
  std::uint64_t dropped_count = 0;    ///< changes that there was no room to keep
  std::string last_error{};           ///< for people, without secrets; stays after recovery
};

}  // namespace nacre
#pragma GCC visibility pop
