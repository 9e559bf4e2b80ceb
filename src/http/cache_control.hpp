// What an origin's Cache-Control says to a shared cache (RFC 9111, section 5.2.2).
#pragma once

#include <optional>
#include <string_view>

#include "nacre/clock.hpp"

namespace nacre {

struct CacheControl {
  bool is_no_store = false;
  bool is_private = false;  ///< also with a list of fields
  bool is_no_cache = false;
  std::optional<Duration> max_age{};  ///< s-maxage where there is one; at most 10 years
};

/// Reads all directives of a field value; what is malformed or unknown is passed over, and a
/// malformed age is 0 (section 4.2.1: treat it as stale). Linear.
CacheControl parse_cache_control(std::string_view value) noexcept;

/// Seconds as in max-age and Age: digits only, at most 10 years; nullopt for anything else.
std::optional<Duration> parse_delta_seconds(std::string_view text) noexcept;

}  // namespace nacre
