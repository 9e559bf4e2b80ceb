// What a read does next, as pure functions of what memory holds: the decisions of the read path,
// apart from doing them.
#pragma once

#include <cstdint>
#include <optional>

#include "cache/policy.hpp"
#include "nacre/clock.hpp"
#include "tier/entry.hpp"

namespace nacre {

/// The next step of a get_or_load after memory has been asked.
enum class ReadStep : std::uint8_t {
  answer,              ///< give what was found
  answer_and_refresh,  ///< give what was found, load in the background
  load,                ///< join or start the load; nothing to fall back on
  load_with_fallback,  ///< the same, with the stale value for when it fails or is slow
};

/// What is known when the step is chosen.
struct ReadState {
  const Entry* entry = nullptr;  ///< what memory holds; nullptr: nothing usable
  TimePoint now{};
  bool is_backing_off = false;  ///< a load failed less than error_backoff ago
  Duration usual_load_time{};   ///< of this cache's loads lately
  double dice = 0.5;            ///< uniform in (0, 1], for early refresh
};

/// The next step of a get_or_load.
ReadStep plan_read(const ReadState& state, const Policy& policy) noexcept;

/// True when a fresh entry shall be refreshed before its time, by refresh_ahead or by chance.
/// Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015:
/// refresh when now - load_time * beta * ln(dice) >= expiry.
bool is_refresh_due(const ReadState& state, const Policy& policy) noexcept;

/// Until when a hit now makes a sliding entry fresh, or nullopt when that is not worth a write: it
/// would gain less than a sixteenth of the sliding ttl.
std::optional<TimePoint> slide(const Entry& entry, TimePoint now) noexcept;

}  // namespace nacre
