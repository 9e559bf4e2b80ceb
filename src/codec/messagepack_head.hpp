// The first bytes of a MessagePack value: what it is, and how long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nacre {

/// One value without what is inside it.
struct MessagePackHead {
  enum class Kind : std::uint8_t {
    nil,
    boolean,
    natural,   ///< `number` as it is
    negative,  ///< `number` as std::int64_t
    float32,   ///< `number` holds the bits
    float64,
    text,
    bytes,
    array,
    map,
    extension,
    invalid,    ///< a byte that begins nothing
    truncated,  ///< the bytes end inside the head, or before what the head announces
  };

  Kind kind = Kind::truncated;
  std::uint64_t number = 0;  ///< the number; bytes of a text, bytes or extension; elements; members
  std::size_t head_bytes = 0;  ///< what stands before the content
  std::int8_t extension_type = 0;

  /// "an integer", "a map"...
  std::string_view name() const noexcept;

  bool has_content() const noexcept {
    return kind == Kind::text || kind == Kind::bytes || kind == Kind::extension;
  }
};

/// Reads the head of the value that `bytes` begins with. A length or count that is larger than what
/// the rest of `bytes` can hold is `truncated`: nobody has to allocate to find out. Constant time.
MessagePackHead read_messagepack_head(std::string_view bytes) noexcept;

}  // namespace nacre
