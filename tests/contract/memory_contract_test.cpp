#include <memory>

#include "contract/tier_contract.hpp"
#include "memory/memory_tier.hpp"

namespace nacre::contract {
namespace {

/// Answers in place, so there is nothing to settle.
template <std::size_t shard_count>
struct MemoryTierMaker {
  static constexpr std::uint64_t seed = 7;

  std::unique_ptr<Tier> make(const Marks& marks, FakeClock& clock) {
    return std::make_unique<MemoryTier>(
        MemoryTierOptions{.limits = {.max_bytes = std::size_t{16} << 20},
                          .hash_seed = seed,
                          .shard_count = shard_count},
        marks, clock, nullptr);
  }
  void settle() {}
};

using MemoryTiers = ::testing::Types<MemoryTierMaker<1>, MemoryTierMaker<8>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, TierContract, MemoryTiers);

}  // namespace
}  // namespace nacre::contract
