// Is this text? UTF-8 as RFC 3629 defines it: no surrogates, no overlong forms, at most U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nacre {

/// The first character of a text that may be broken.
struct Utf8Step {
  /// The code point, or replacement_character when the bytes are not UTF-8.
  char32_t code_point = 0;

  /// How many bytes it takes, 1 to 4. What is not UTF-8 is passed one byte at a time.
  std::uint8_t length_bytes = 1;

  bool is_valid = true;
};

/// What stands for bytes that are no text: U+FFFD, three bytes in UTF-8.
inline constexpr char32_t replacement_character = 0xFFFD;
inline constexpr std::string_view replacement_character_utf8 = "\xEF\xBF\xBD";

/// Reads the first character of `text`, which must not be empty. Constant time.
Utf8Step first_utf8_step(std::string_view text) noexcept;

/// True when all of `text` is UTF-8. Linear; eight bytes at a time while they are ASCII.
bool is_valid_utf8(std::string_view text) noexcept;

/// True when `text` has a control character: U+0000 to U+001F, U+007F, or U+0080 to U+009F.
/// Expects UTF-8. Linear; eight bytes at a time while they are plain ASCII.
bool has_control_characters(std::string_view text) noexcept;

/// True for the characters has_control_characters() looks for.
constexpr bool is_control_character(char32_t code_point) noexcept {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F);
}

/// The longest beginning of `text` of at most `max_bytes` that does not cut a character in two.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept;

}  // namespace nacre
