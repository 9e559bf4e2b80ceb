// Where one message of the Redis protocol ends and the next begins, in a stream cut anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nacre::chaos {

/// Knows types and counts, nothing else; of our own client's reader it shares no line, so that a
/// fault of one is not the fault of both. Attributes belong to the frame they stand before, pushes
/// inside an array to the array. After bytes that are no protocol everything that comes is one
/// frame a feed. One caller at a time.
class FrameSplitter {
 public:
  /// Takes bytes and returns the frames that are whole now, in order.
  std::vector<std::string> feed(std::string_view bytes);

  /// The beginning of a frame that is not whole yet.
  const std::string& rest() const noexcept { return buffer_; }

 private:
  bool step();

  std::string buffer_{};
  std::size_t position_ = 0;        ///< of the next value's head in buffer_
  std::int64_t missing_count_ = 1;  ///< values that the present frame lacks
  bool is_inside_ = false;          ///< the first head of the frame has been read
  bool is_nonsense_ = false;
};

/// True for a frame that is a push of RESP3.
inline bool is_push(std::string_view frame) {
  return frame.starts_with('>');
}

/// The words of a command, which is an array of strings; empty when the frame is no such thing.
std::vector<std::string> command_words(std::string_view frame);

}  // namespace nacre::chaos
