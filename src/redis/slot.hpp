// The slot of a key, as Redis Cluster computes it, and keys that share another key's slot.
//
// The algorithm is the cluster specification's: CRC-16/XMODEM of the key, or of what stands between
// its first '{' and the next '}' when that is not empty, modulo 16384. Pure and thread safe; O(size
// of the key); nothing but companion_key allocates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nacre::redis {

/// 0 to slot_count - 1.
using Slot = std::uint16_t;
inline constexpr Slot slot_count = 16384;

/// The slot of a whole key, of any bytes.
Slot slot_of(std::string_view key) noexcept;

/// The slot of `<name_space>:<key>`, without building it. The namespace has no braces.
Slot slot_of(std::string_view name_space, std::string_view key) noexcept;

/// The shortest text of [0-9a-z] whose slot is `slot`, at most four characters; of several, the
/// first in byte order. It is part of what is stored in Redis, so it never changes. The first call
/// computes the table (64 KiB, 3 ms). Requires slot < slot_count.
std::string_view slot_text(Slot slot) noexcept;

/// `<name_space>:~<kind>:{T}:<key>`, where T is the slot_text of `<name_space>:<key>`: both keys
/// are in one slot, whatever braces `key` has, since the first brace of the result is T's. Lease
/// and value, lock and fence live together this way.
std::string companion_key(std::string_view name_space, std::string_view kind, std::string_view key);

}  // namespace nacre::redis
