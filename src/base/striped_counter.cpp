#include "base/striped_counter.hpp"

namespace nacre {

std::uint64_t StripedCounter::sum() const noexcept {
  std::uint64_t total = 0;
  for (const Cell& cell : cells_) total += cell.value.load(std::memory_order_relaxed);
  return total;
}

}  // namespace nacre
