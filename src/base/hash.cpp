#include "base/hash.hpp"

// Inlined into this one function: the short-key paths fold into it and no other file pays for
// compiling the 5000 lines of the header.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace nacre {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace nacre
