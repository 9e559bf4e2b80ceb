#include "base/utf8.hpp"

#include <cstring>

namespace nacre {
namespace {

constexpr Utf8Step broken{
    .code_point = replacement_character, .length_bytes = 1, .is_valid = false};

bool is_continuation(unsigned char byte) noexcept {
  return (byte & 0xC0U) == 0x80U;
}

unsigned char byte_at(std::string_view text, std::size_t index) noexcept {
  return static_cast<unsigned char>(text[index]);
}

// The lowest code point that needs this many bytes: a lower one is overlong.
constexpr char32_t min_code_point[5] = {0, 0, 0x80, 0x800, 0x10000};

std::uint8_t length_from_lead(unsigned char lead) noexcept {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

constexpr std::uint64_t in_each_byte = 0x0101010101010101U;
constexpr std::uint64_t high_bits = 0x80 * in_each_byte;

// True when the eight bytes at `index` are there and all from 0x20 to 0x7E. The two tests for "a
// byte below n" and "a byte equal to n" are those of Warren, "Hacker's Delight", 6-1; both are
// exact about whether there is such a byte.
bool is_plain_word(std::string_view text, std::size_t index) noexcept {
  std::uint64_t word = 0;
  if (index + sizeof(word) > text.size()) return false;
  std::memcpy(&word, text.data() + index, sizeof(word));
  const std::uint64_t below_blank = (word - 0x20 * in_each_byte) & ~word;
  const std::uint64_t xor_delete = word ^ (0x7F * in_each_byte);
  const std::uint64_t equal_delete = (xor_delete - in_each_byte) & ~xor_delete;
  return ((word | below_blank | equal_delete) & high_bits) == 0;
}

// How many of the first bytes are ASCII, in steps of eight.
std::size_t ascii_words_bytes(std::string_view text) noexcept {
  std::size_t index = 0;
  while (index + sizeof(std::uint64_t) <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + index, sizeof(word));
    if ((word & high_bits) != 0) break;
    index += sizeof(word);
  }
  return index;
}

}  // namespace

Utf8Step first_utf8_step(std::string_view text) noexcept {
  const unsigned char lead = byte_at(text, 0);
  if (lead < 0x80) return {.code_point = lead, .length_bytes = 1, .is_valid = true};
  const std::uint8_t length = length_from_lead(lead);
  if (length == 0 || text.size() < length) return broken;
  char32_t code_point = lead & (0xFFU >> (length + 1U));
  for (std::size_t index = 1; index < length; ++index) {
    const unsigned char byte = byte_at(text, index);
    if (!is_continuation(byte)) return broken;
    code_point = (code_point << 6U) | (byte & 0x3FU);
  }
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < min_code_point[length] || code_point > 0x10FFFF || is_surrogate) return broken;
  return {.code_point = code_point, .length_bytes = length, .is_valid = true};
}

bool is_valid_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    text.remove_prefix(ascii_words_bytes(text));
    // The tail of a word or a run of other scripts: one character at a time until ASCII again.
    while (!text.empty()) {
      const Utf8Step step = first_utf8_step(text);
      if (!step.is_valid) return false;
      text.remove_prefix(step.length_bytes);
      if (step.length_bytes == 1) break;
    }
  }
  return true;
}

bool has_control_characters(std::string_view text) noexcept {
  std::size_t index = 0;
  while (index < text.size()) {
    if (is_plain_word(text, index)) {
      index += sizeof(std::uint64_t);
      continue;
    }
    const unsigned char byte = byte_at(text, index);
    if (byte < 0x20 || byte == 0x7F) return true;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte == 0xC2 && index + 1 < text.size() && is_continuation(byte_at(text, index + 1)) &&
        byte_at(text, index + 1) <= 0x9F) {
      return true;
    }
    ++index;
  }
  return false;
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  // A character is at most four bytes: three steps back reach its first.
  for (int step = 0; step < 3 && end > 0 && is_continuation(byte_at(text, end)); ++step) --end;
  return text.substr(0, end);
}

}  // namespace nacre
