// Eviction policies as their papers describe them, small and slow, to compare the engine with.
//
// They see keys, keep no values, and count every entry as one unless they say that they weigh.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "key_lists.hpp"

namespace nacre::replay {

/// One cache under test. Not thread safe.
class Reference {
 public:
  virtual ~Reference() = default;

  /// A read of `key`, stored after a miss. True for a hit.
  virtual bool access(KeyId key) = 0;
};

struct ReferenceSpec {
  std::string_view name;
  std::unique_ptr<Reference> (*make)(std::size_t capacity, std::size_t key_count);
  bool is_bar = false;  ///< one of the five that the engine is held against
};

/// All that can be named with --policies, in the order of the table.
const std::vector<ReferenceSpec>& references();

std::unique_ptr<Reference> make_lru(std::size_t capacity, std::size_t key_count);

/// Megiddo, Modha, "ARC: a self-tuning, low overhead replacement cache", FAST 2003.
std::unique_ptr<Reference> make_arc(std::size_t capacity, std::size_t key_count);

/// Jiang, Zhang, "LIRS", SIGMETRICS 2002: 1 % of the entries (at least one) are HIR blocks.
std::unique_ptr<Reference> make_lirs(std::size_t capacity, std::size_t key_count);

/// Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023: small queue 10 %,
/// ghost 90 %, two hits to leave the small queue for the main one.
std::unique_ptr<Reference> make_s3_fifo(std::size_t capacity, std::size_t key_count);

/// Zhang et al., "SIEVE is simpler than LRU", NSDI 2024.
std::unique_ptr<Reference> make_sieve(std::size_t capacity, std::size_t key_count);

/// Einziger, Friedman, Manes, "TinyLFU", ACM TOS 2017: a fixed LRU window of 1 % (at least one),
/// segmented LRU behind it, of which four fifths are protected.
std::unique_ptr<Reference> make_w_tiny_lfu(std::size_t capacity, std::size_t key_count);

/// The same with the window that climbs the hill of the hit ratio: Einziger, Eytan, Friedman,
/// Manes, "Adaptive software cache management", Middleware 2018, with Caffeine's constants.
std::unique_ptr<Reference> make_climber(std::size_t capacity, std::size_t key_count);

}  // namespace nacre::replay
