// Takes the chunked coding off a request body (RFC 9112 section 7.1), strictly: bytes two programs
// could read differently are refused. Trailers are checked and dropped.
//
// Pure: no I/O, no time; the only memory that grows is the caller's body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nacre::server {

class ChunkDecoder final {
 public:
  enum class Outcome : std::uint8_t { incomplete, complete, refused, too_large };

  struct Step {
    Outcome outcome = Outcome::incomplete;
    std::size_t consumed_bytes = 0;  ///< of the given bytes; all of them when incomplete
  };

  /// A body over `max_body_bytes` is too_large; chunk extensions and trailers together may have
  /// `max_overhead_bytes`, which keeps a peer from sending lines for ever.
  ChunkDecoder(std::size_t max_body_bytes, std::size_t max_overhead_bytes) noexcept
      : max_body_bytes_(max_body_bytes), max_overhead_bytes_(max_overhead_bytes) {}

  /// Decodes `bytes` and appends what they carry to `body`. Must not be called again after an
  /// outcome other than incomplete.
  Step decode(std::string_view bytes, std::string& body);

 private:
  enum class State : std::uint8_t {
    size_first,
    size,
    extension_name,
    extension,
    size_line_feed,
    content,
    content_return,
    content_line_feed,
    line_start,
    trailer_name,
    trailer_value,
    trailer_line_feed,
    end_line_feed,
    done,
  };

  // Decides about one byte outside of content; false refuses it.
  bool step_size(char byte) noexcept;
  bool step_line(char byte) noexcept;

  std::size_t max_body_bytes_;
  std::size_t max_overhead_bytes_;
  std::size_t overhead_bytes_ = 0;
  std::uint64_t remaining_bytes_ = 0;
  int size_digit_count_ = 0;
  State state_ = State::size_first;
};

}  // namespace nacre::server
