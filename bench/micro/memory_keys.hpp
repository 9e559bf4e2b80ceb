// The keys and the access pattern that the memory benchmarks share.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace nacre::bench {

/// Keys of 16 bytes: "user:00000000017".
inline std::vector<std::string> make_keys(std::size_t count) {
  std::vector<std::string> keys;
  keys.reserve(count);
  for (std::size_t number = 0; number < count; ++number) {
    keys.push_back(fmt::format("user:{:011d}", number));
  }
  return keys;
}

/// Numbers below `count` with probability proportional to 1 / (rank + 1)^skew, the ranks shuffled.
/// By the inverse of the distribution, which is exact: O(log count) a draw.
inline std::vector<std::uint32_t> draw_zipf(std::size_t count, double skew, std::size_t draws,
                                            std::uint64_t seed) {
  std::vector<double> cumulative(count);
  double sum = 0;
  for (std::size_t rank = 0; rank < count; ++rank) {
    sum += 1.0 / std::pow(static_cast<double>(rank + 1), skew);
    cumulative[rank] = sum;
  }
  SeededRandom random(seed);
  std::vector<std::uint32_t> number_of_rank(count);
  for (std::size_t rank = 0; rank < count; ++rank) {
    number_of_rank[rank] = static_cast<std::uint32_t>(rank);
  }
  for (std::size_t rank = count - 1; rank > 0; --rank) {
    std::swap(number_of_rank[rank], number_of_rank[below(random, rank + 1)]);
  }
  std::vector<std::uint32_t> drawn(draws);
  for (std::uint32_t& number : drawn) {
    const double point = uniform01(random) * sum;
    const auto place = std::upper_bound(cumulative.begin(), cumulative.end(), point);
    const auto rank = static_cast<std::size_t>(place - cumulative.begin());
    number = number_of_rank[std::min(rank, count - 1)];
  }
  return drawn;
}

}  // namespace nacre::bench
