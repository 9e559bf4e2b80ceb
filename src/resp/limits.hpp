// What a peer may send at most: the bounds that keep a hostile or broken one from taking memory.
#pragma once

#include <cstddef>

namespace nacre::resp {

/// Limits of one Reader. A frame that passes one of them is a fault, found in its header where the
/// header tells, and memory is taken only for bytes that have come.
struct Limits {
  /// Aggregates inside aggregates. Redis itself nests three deep (XINFO FULL: six).
  std::size_t max_depth = 16;

  /// Elements of one aggregate, and of one frame with all that is nested in it.
  std::size_t max_elements = std::size_t{1} << 20;

  /// Bytes of one string. At most 4 GiB - 1; Redis itself allows 512 MiB.
  std::size_t max_bulk_bytes = std::size_t{64} << 20;

  /// Bytes of one frame with all that is nested in it, headers included.
  std::size_t max_frame_bytes = std::size_t{256} << 20;
};

}  // namespace nacre::resp
