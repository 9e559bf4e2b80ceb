// What a FaultProxy can do to one direction of its connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nacre::chaos {

/// Up: from the client to the server. Down: from the server to the client.
enum class Direction : std::uint8_t { up, down };

/// A frame as it came, and where among those of its direction and connection.
struct SeenFrame {
  std::string_view bytes{};
  std::uint64_t index = 0;             ///< from 0; pushes are counted apart from all else
  std::uint64_t connection_index = 0;  ///< from 0
};

/// Says what is sent in place of a frame: nothing, it, it twice, something else. Called on the
/// proxy's thread, in wire order. Must not call the proxy.
using FrameEdit = std::function<std::vector<std::string>(const SeenFrame& frame)>;

/// All at their defaults: bytes pass as they come.
struct Faults {
  std::chrono::microseconds delay{};   ///< each byte arrives later by this
  std::chrono::microseconds jitter{};  ///< and by up to this more, in order all the same
  std::size_t bytes_per_second = 0;    ///< 0: no limit
  std::size_t write_bytes = 0;         ///< at most so many in one write; 0: as many as there are
  std::chrono::microseconds write_pause{};  ///< between two such writes
  bool is_stopped = false;                  ///< not read from the sender, whose writes then block
  bool is_lost = false;  ///< swallowed without a word: half-open when on one side alone
  /// Each byte is changed with this probability.
  double flip_probability = 0;
  std::optional<std::uint64_t> cut_at{};  ///< after so many bytes of a connection both ends see RST
  FrameEdit edit{};                       ///< see the makers below
};

/// Edits that count frames by SeenFrame::index, of every connection.
FrameEdit drop_pushes();
FrameEdit drop_frame(std::uint64_t index);
FrameEdit duplicate_frame(std::uint64_t index);
FrameEdit replace_frame(std::uint64_t index, std::string bytes);
FrameEdit inject_before(std::uint64_t index, std::string bytes);
/// Frame `index` comes after the next one.
FrameEdit swap_with_next(std::uint64_t index);
/// Of every `window` frames the order is shuffled; pushes keep their place.
FrameEdit reorder(std::size_t window, std::uint64_t seed);

}  // namespace nacre::chaos
