#include "memory/s3_fifo.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/hash.hpp"

namespace nacre::memory {
namespace {

/// A policy over a hundred places of 100 bytes each.
struct Policy {
  Slab slab{std::size_t{1} << 20};
  S3Fifo policy{slab};
  std::map<Ref, std::uint64_t> key_of;
  std::map<std::uint64_t, Ref> ref_of;

  Node& node(std::uint64_t key) { return *reinterpret_cast<Node*>(slab.at(ref_of.at(key))); }

  std::uint64_t evict() {
    std::size_t budget = 10'000;
    const Ref ref =
        policy.choose(budget, [](Ref) { return false; }, [](Ref) { return std::size_t{100}; });
    EXPECT_NE(ref, 0u);
    const std::uint64_t key = key_of.at(ref);
    policy.remember(mix_bits(key));
    remove(key);
    return key;
  }
  void remove(std::uint64_t key) {
    const Ref ref = ref_of.at(key);
    policy.forget(ref, 100);
    slab.free(ref);
    key_of.erase(ref);
    ref_of.erase(key);
  }
  /// True for a hit.
  bool access(std::uint64_t key) {
    if (ref_of.contains(key)) {
      S3Fifo::touch(node(key));
      return true;
    }
    if (policy.count() == 100) evict();
    const Ref ref = slab.allocate(64);
    Node::create(slab.at(ref), "k", false);
    key_of[ref] = key;
    ref_of[key] = ref;
    policy.admit(ref, 100, mix_bits(key));
    return false;
  }
};

TEST(S3Fifo, what_was_never_hit_leaves_in_the_order_it_came) {
  Policy policy;
  for (std::uint64_t key = 0; key < 50; ++key) policy.access(key);
  for (std::uint64_t key = 0; key < 50; ++key) EXPECT_EQ(policy.evict(), key);
  EXPECT_EQ(policy.policy.count(), 0u);
}

TEST(S3Fifo, two_hits_lead_to_the_main_queue_and_one_does_not) {
  Policy policy;
  for (std::uint64_t key = 0; key < 100; ++key) policy.access(key);
  policy.access(0);
  policy.access(1);
  policy.access(1);
  EXPECT_EQ(policy.evict(), 0u);
  EXPECT_EQ(policy.evict(), 2u);
  EXPECT_EQ(policy.node(1).is_in_main, 1u);
}

TEST(S3Fifo, who_comes_back_soon_goes_to_the_main_queue) {
  Policy policy;
  for (std::uint64_t key = 0; key < 101; ++key) policy.access(key);
  EXPECT_FALSE(policy.access(0));
  EXPECT_EQ(policy.node(0).is_in_main, 1u);
}

TEST(S3Fifo, a_scan_passes_without_pushing_out_what_is_used) {
  Policy policy;
  for (int round = 0; round < 5; ++round) {
    for (std::uint64_t key = 0; key < 60; ++key) policy.access(key);
  }
  for (std::uint64_t key = 1'000; key < 4'000; ++key) policy.access(key);
  for (std::uint64_t key = 0; key < 60; ++key) EXPECT_TRUE(policy.access(key)) << key;
}

TEST(S3Fifo, the_main_queue_gives_a_round_for_each_hit) {
  Policy policy;
  for (std::uint64_t key = 0; key < 100; ++key) {
    policy.access(key);
    policy.access(key);
    policy.access(key);
  }
  // On their way to the main queue they lose their hits, so the first one leaves.
  EXPECT_EQ(policy.evict(), 0u);
  policy.access(1);
  EXPECT_EQ(policy.evict(), 2u);
  EXPECT_EQ(policy.node(1).frequency, 0u);
}

TEST(S3Fifo, dead_entries_are_chosen_where_they_are_met) {
  Policy policy;
  for (std::uint64_t key = 0; key < 10; ++key) {
    for (int hit = 0; hit < 3; ++hit) policy.access(key);
  }
  const Ref dead = policy.ref_of.at(4);
  std::size_t budget = 100;
  EXPECT_EQ(
      policy.policy.choose(
          budget, [dead](Ref ref) { return ref == dead; }, [](Ref) { return std::size_t{100}; }),
      dead);
}

}  // namespace
}  // namespace nacre::memory
