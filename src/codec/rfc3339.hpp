// Points in time as text: "2024-05-01T12:00:00.25Z" (RFC 3339).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nacre/structure.hpp"

namespace nacre {

/// In UTC, with no more digits after the second than are needed. nullopt outside the years 0 to
/// 9999, which have no such text.
std::optional<std::string> format_rfc3339(Instant instant);

/// Any offset, at most nine digits after the second. nullopt for what is no RFC 3339 time, and for
/// leap seconds, which have no Instant.
std::optional<Instant> parse_rfc3339(std::string_view text);

}  // namespace nacre
