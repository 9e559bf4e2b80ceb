// Access traces: read from files, or drawn from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "key_lists.hpp"

namespace nacre::replay {

/// Who was read, in order. Keys are renumbered in the order of their first access.
struct Trace {
  std::string name{};
  std::vector<KeyId> accesses{};
  std::size_t key_count = 0;
  std::vector<std::uint32_t> bytes_of_key{};  ///< as first seen; empty: all count the same
};

/// Reads NAME.u32 (32-bit numbers, little endian), NAME.csv (`time,key,bytes` a line) or anything
/// else as text, one key a line; each also with .xz at the end. Throws std::runtime_error with the
/// path and what is wrong.
Trace read_trace(const std::string& path);

/// As read_trace(), from what the file holds. `name` decides the format, by its ending.
Trace parse_trace(std::string_view name, std::string_view contents);

/// Numbers the keys of `accesses` anew.
Trace trace_of(std::string name, const std::vector<std::uint64_t>& accesses);

}  // namespace nacre::replay
