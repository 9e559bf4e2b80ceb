// A breaker for each node: one that does not answer costs the keys of the others nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "tier/breaker.hpp"

namespace nacre::remote {

/// Thread safe. Nodes are told apart by Owner::number. Two of more than 64 share one.
class NodeBreakers {
 public:
  explicit NodeBreakers(const BreakerLimits& limits) {
    for (std::size_t index = 0; index < count; ++index) breakers_.emplace_back(limits);
  }

  Breaker& of(std::uint32_t node_number) noexcept { return breakers_[node_number % count]; }
  const Breaker& of(std::uint32_t node_number) const noexcept {
    return breakers_[node_number % count];
  }

 private:
  static constexpr std::size_t count = 64;

  std::deque<Breaker> breakers_;
};

}  // namespace nacre::remote
