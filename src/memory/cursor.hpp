// Where a listing goes on, as text: "<shard>.<position>", both in hexadecimal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nacre::memory {

struct Cursor {
  std::uint32_t shard = 0;
  std::uint64_t position = 0;
  friend constexpr bool operator==(const Cursor&, const Cursor&) noexcept = default;
};

/// The begin of everything for "", nullopt for what format_cursor() cannot have written.
std::optional<Cursor> parse_cursor(std::string_view text) noexcept;

std::string format_cursor(const Cursor& cursor);

}  // namespace nacre::memory
