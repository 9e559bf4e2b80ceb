#include "engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "coherence/marks.hpp"
#include "memory/memory_tier.hpp"
#include "nacre/fake_clock.hpp"
#include "tier/key.hpp"

namespace nacre::replay {

namespace {

constexpr std::uint64_t hash_seed = 42;

/// All keys of a trace, ready to be asked for, so that the time is the tier's.
class NamedKeys {
 public:
  NamedKeys(std::size_t count, const detail::Namespace& space) : texts_(count), space_(space) {
    hashes_.reserve(count);
    for (std::size_t number = 0; number < count; ++number) {
      texts_[number] = fmt::format("{}", number);
      hashes_.push_back(hash_key(space, texts_[number], hash_seed));
    }
  }
  KeyView operator[](KeyId id) const { return {&space_, texts_[id], hashes_[id]}; }

 private:
  std::vector<std::string> texts_;
  std::vector<std::uint64_t> hashes_;
  const detail::Namespace& space_;
};

MemoryOptions options_of(const EngineLimits& limits) {
  constexpr std::size_t spare_bytes = std::size_t{64} << 20;
  constexpr std::size_t bytes_an_entry = 1024;
  const std::size_t bytes =
      limits.max_bytes != 0 ? limits.max_bytes : spare_bytes + limits.max_entries * bytes_an_entry;
  return {.max_bytes = bytes, .max_entries = limits.max_entries};
}

}  // namespace

EngineResult replay_through_engine(const Trace& trace, const EngineLimits& limits) {
  FakeClock clock;
  const Marks marks;
  const detail::Namespace space{1, "trace"};
  MemoryTier tier(
      {.limits = options_of(limits), .hash_seed = hash_seed, .shard_count = limits.shard_count},
      marks, clock, nullptr);
  const NamedKeys keys(trace.key_count, space);
  const std::vector<std::uint32_t>& sizes = trace.bytes_of_key;
  const std::string filler(sizes.empty() ? 1 : *std::max_element(sizes.begin(), sizes.end()), 'v');

  EngineResult result;
  const auto started = std::chrono::steady_clock::now();
  for (const KeyId id : trace.accesses) {
    const KeyView key = keys[id];
    const std::size_t bytes = sizes.empty() ? 1 : sizes[id];
    TierReply reply;
    tier.find_now(key, reply);
    if (reply.state == TierReply::State::found) {
      ++result.hits_count;
      result.hit_bytes += bytes;
      continue;
    }
    Entry entry{.value = Value::from_bytes(std::string_view(filler).substr(0, bytes)),
                .stamp = marks.stamp_of(key)};
    entry.lifetime = {.loaded_at = clock.now(),
                      .fresh_until = clock.now() + std::chrono::hours(24)};
    tier.store_now(key, std::move(entry), StoreKind::fill);
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - started;
  result.nanoseconds_per_access = took.count() / static_cast<double>(trace.accesses.size());
  result.entries_count = tier.usage().entries_count;
  return result;
}

}  // namespace nacre::replay
