// A JSON text that has been checked, as a flat list of its parts in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nacre {

/// The parts of one JSON text. The text must outlive the tape.
class JsonTape {
 public:
  enum class Kind : std::uint8_t { null, truth, untruth, number, text, unescaped, array, object };

  /// Eight bytes, so that `[0,0,0` costs four times its length. 28 bits are enough for every count
  /// and length: max_json_bytes is below 2^28.
  struct Part {
    std::uint32_t kind : 4;
    std::uint32_t size : 28;  ///< bytes of a text; elements of an array, members of an object
    std::uint32_t place;      ///< where a number or text begins; the part after the end of the rest
  };

  /// Throws Error: deserialization_failed, with the byte where the text stops being JSON.
  /// Linear, but O(n log n) in the members of one object.
  explicit JsonTape(std::string_view text);

  std::size_t size() const noexcept { return parts_.size(); }
  Kind kind(std::size_t index) const noexcept { return static_cast<Kind>(parts_[index].kind); }
  std::size_t count(std::size_t index) const noexcept { return parts_[index].size; }

  /// The part that follows this one with all that is inside it.
  std::size_t after(std::size_t index) const noexcept;

  /// A text without its quotes and escapes.
  std::string_view text(std::size_t index) const noexcept;

  /// What begins with the digits of a number, and goes on to the end of the JSON text.
  std::string_view number(std::size_t index) const noexcept {
    return text_.substr(parts_[index].place);
  }

 private:
  friend class TapeBuilder;

  std::string_view text_;
  std::vector<Part> parts_{};
  std::string unescaped_{};  ///< texts that had escapes, one after the other
};

}  // namespace nacre
