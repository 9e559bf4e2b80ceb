// Where chance comes from: passed in like the clock, so that a test can repeat it.
//
// Not for secrets: what an attacker must not guess (tokens, nonces) comes from
// fill_with_secret_bytes().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace nacre {

/// A source of random numbers. Thread safe.
class Random {
 public:
  virtual ~Random() = default;

  /// 64 random bits.
  virtual std::uint64_t next() noexcept = 0;
};

/// A number in [0, 1), a multiple of 2^-53.
double uniform01(Random& random) noexcept;

/// A whole number in [0, limit), each equally likely. `limit` is 1 or more.
std::uint64_t below(Random& random, std::uint64_t limit) noexcept;

/// Fills `bytes` from the kernel's generator (getrandom(2)). Throws Error internal when the kernel
/// has none. About 0.3 us for 16 bytes.
void fill_with_secret_bytes(std::span<std::byte> bytes);

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA
/// 2014), one stream for each of 16 groups of threads, seeded by the kernel. About 5 ns.
/// A forked child repeats what its parent draws.
class SystemRandom final : public Random {
 public:
  /// Throws Error internal when the kernel gives no seed.
  SystemRandom();
  ~SystemRandom() override;
  std::uint64_t next() noexcept override;

 private:
  struct Stream;
  std::unique_ptr<Stream[]> streams_;
};

/// The same numbers for the same seed, in the order of the calls. For tests and simulations.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t next() noexcept override;

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace nacre
