// The name of one state of a mark: what an entry carries, and what is compared with the present.
#pragma once

#include <cstdint>

namespace nacre {

/// Two random numbers, of the last removal and of the last expiry. Only equality means anything:
/// there is no order and no clock, so a mark that was lost and made anew equals none before it.
struct MarkId {
  std::uint64_t removal = 0;  ///< 0: never equal to anything, not even to itself
  std::uint64_t expiry = 0;
  friend constexpr bool operator==(const MarkId&, const MarkId&) noexcept = default;
};

}  // namespace nacre
