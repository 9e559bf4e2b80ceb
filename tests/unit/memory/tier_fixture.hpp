// A memory tier with its surroundings, for tests.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coherence/marks.hpp"
#include "memory/memory_tier.hpp"
#include "nacre/fake_clock.hpp"
#include "tier/key.hpp"

namespace nacre {

using namespace std::chrono_literals;

class MemoryTierTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t seed = 11;

  /// Makes the tier anew.
  void make(MemoryOptions limits, std::size_t shard_count = 0) {
    tier = std::make_unique<MemoryTier>(
        MemoryTierOptions{.limits = limits, .hash_seed = seed, .shard_count = shard_count}, marks,
        clock, [this](RemovedEntry entry) { removed.push_back(std::move(entry)); });
  }

  KeyView key(std::string_view text) const { return {&space, text, hash_key(space, text, seed)}; }

  Entry entry(std::string_view text, std::string_view bytes, Duration ttl = 60s,
              Duration stale_if_error = {}) const {
    Entry made{.value = Value::from_bytes(bytes), .stamp = marks.stamp_of(key(text))};
    made.lifetime = {.loaded_at = clock.now(),
                     .fresh_until = clock.now() + ttl,
                     .stale_if_error = stale_if_error};
    return made;
  }

  StoreReply put(std::string_view text, std::string_view bytes, Duration ttl = 60s,
                 Duration stale_if_error = {}) {
    return tier->store_now(key(text), entry(text, bytes, ttl, stale_if_error), StoreKind::fill);
  }

  StoreReply put_tagged(std::string_view text, std::string_view bytes, const std::string& tag) {
    Entry made = entry(text, bytes);
    made.notes = NotesRef::make({.tags = {tag}, .tag_hashes = {hash_tag(space, tag, seed)}});
    return tier->store_now(key(text), std::move(made), StoreKind::fill);
  }

  bool has(std::string_view text) {
    TierReply reply;
    tier->find_now(key(text), reply);
    return reply.state == TierReply::State::found;
  }

  std::size_t removed_for(RemovalReason reason) const {
    std::size_t count = 0;
    for (const RemovedEntry& each : removed) count += each.reason == reason ? 1 : 0;
    return count;
  }

  FakeClock clock;
  Marks marks;
  detail::Namespace space{1, "app"};
  std::vector<RemovedEntry> removed;
  std::atomic<int> current_version{0};  ///< of the origin, in tests with threads
  std::unique_ptr<MemoryTier> tier;
};

}  // namespace nacre
