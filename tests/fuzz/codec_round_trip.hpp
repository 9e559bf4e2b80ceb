// What must hold of a codec whatever bytes it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "nacre/error.hpp"
#include "support/described_order.hpp"

namespace nacre {

/// Decodes the bytes as an Order. They are refused with deserialization_failed, or what came out
/// must be the same after another round. Anything else aborts.
template <template <class> class Format>
void check_round_trip(const std::uint8_t* bytes, std::size_t size) {
  using Codec = Format<samples::Order>;
  samples::Order order;
  try {
    order = Codec::decode({reinterpret_cast<const char*>(bytes), size});
  } catch (const Error& refusal) {
    if (refusal.code() != Errc::deserialization_failed) std::abort();
    return;
  }
  if (!(Codec::decode(Codec::encode(order)) == order)) std::abort();
}

}  // namespace nacre
