// The hash of keys: XXH3 with a seed.
//
// The seed is drawn once per table from a Random and passed in, so that nobody outside can build
// keys that collide. Never store or send those hashes: they differ from process to process. With
// seed 0 it is the checksum of what is stored: XXH3 is the same everywhere and for good (since
// 0.8).
#pragma once

#include <cstdint>
#include <string_view>

namespace nacre {

/// The 64-bit XXH3 of `bytes`. All bits are of equal quality. A few ns for keys up to 64 bytes.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept;

/// Spreads the bits of one number (the finalizer of SplitMix64): for numbers as keys, and for
/// combining a hash with something small. A bijection. Under 1 ns.
constexpr std::uint64_t mix_bits(std::uint64_t bits) noexcept {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31);
}

}  // namespace nacre
