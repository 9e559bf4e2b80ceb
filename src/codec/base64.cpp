#include "codec/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace nacre {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 64;

constexpr std::array<std::uint8_t, 256> digits_by_character() {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(no_digit);
  for (std::size_t digit = 0; digit < alphabet.size(); ++digit) {
    digits[static_cast<unsigned char>(alphabet[digit])] = static_cast<std::uint8_t>(digit);
  }
  return digits;
}

constexpr std::array<std::uint8_t, 256> digit_of = digits_by_character();

}  // namespace

void append_base64(std::string& text, std::span<const std::byte> bytes) {
  text.reserve(text.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::span<const std::byte> group =
        bytes.subspan(at).first(std::min<std::size_t>(3, bytes.size() - at));
    std::uint32_t bits = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      bits =
          bits << 8U | (index < group.size() ? std::to_integer<std::uint32_t>(group[index]) : 0U);
    }
    for (std::size_t index = 0; index < 4; ++index) {
      const std::uint32_t digit = bits >> (18U - 6U * index) & 63U;
      text += index <= group.size() ? alphabet[digit] : '=';
    }
  }
}

std::optional<std::vector<std::byte>> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;

  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3);
  const std::string_view digits = text.substr(0, text.size() - padding);
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (const char character : digits) {
    const std::uint8_t digit = digit_of[static_cast<unsigned char>(character)];
    if (digit == no_digit) return std::nullopt;
    bits = bits << 6U | digit;
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<std::byte>(bits >> bit_count & 0xFFU));
    }
  }
  const std::uint32_t left_over = bits & ((1U << bit_count) - 1U);
  if (left_over != 0 || bit_count != padding * 2) return std::nullopt;
  return bytes;
}

}  // namespace nacre
