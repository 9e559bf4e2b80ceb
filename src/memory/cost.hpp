// What values and notes cost the budget: their own bytes and what malloc adds.
#pragma once

#include <cstddef>

#include "base/value_memory.hpp"
#include "memory/address_range.hpp"
#include "tier/entry.hpp"

namespace nacre::memory {

/// What an allocation of a value takes: a header of 8, rounded to 16, at least 32 (glibc's
/// malloc.c, "chunk"); whole pages for large ones (base/value_memory.hpp).
constexpr std::size_t heap_cost(std::size_t bytes) noexcept {
  if (bytes >= mapped_value_bytes) return in_pages(bytes);
  return bytes <= 24 ? 32 : (bytes + 8 + 15) & ~std::size_t{15};
}

/// The cell of a value with its payload. Memory that a live object owns elsewhere is in the
/// payload.
inline std::size_t cost_of(const Value& value) noexcept {
  return value ? heap_cost(sizeof(detail::ValueCell) + value.payload_bytes()) : 0;
}

/// Notes are counted in full in each entry that shares them.
inline std::size_t cost_of(const NotesRef& notes) noexcept {
  if (!notes) return 0;
  // malloc's part: of the cell, the two vectors, and at most one text a tag and validator.
  const std::size_t allocations = 5 + notes->tags.size();
  return notes->heap_bytes() + 16 * allocations;
}

}  // namespace nacre::memory
