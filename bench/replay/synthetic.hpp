// Traces drawn from a seed: the shapes of load that tell policies apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "trace.hpp"

namespace nacre::replay {

struct SyntheticSpec {
  std::string_view name;
  std::vector<std::uint64_t> (*draw)(std::size_t length, std::uint64_t seed);
};

/// The suite. Footprints of 10,000 keys and more at a length of 400,000.
const std::vector<SyntheticSpec>& synthetic_suite();

/// The same accesses for the same arguments, on every machine.
Trace make_synthetic(const SyntheticSpec& spec, std::size_t length, std::uint64_t seed);

}  // namespace nacre::replay
