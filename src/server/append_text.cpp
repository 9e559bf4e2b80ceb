#include "server/append_text.hpp"

#include <array>
#include <charconv>

namespace nacre::server {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

template <class T>
void append_number(std::string& out, T number) {
  std::array<char, 24> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), result.ptr);
}

}  // namespace

void append_signed(std::string& out, std::int64_t number) {
  append_number(out, number);
}

void append_unsigned(std::string& out, std::uint64_t number) {
  append_number(out, number);
}

void append_base64(std::string& out, std::string_view bytes) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t index = 0; index < bytes.size(); index += 3) {
    const auto byte_at = [&bytes](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    const unsigned group = byte_at(index) << 16 | byte_at(index + 1) << 8 | byte_at(index + 2);
    const std::size_t left_bytes = bytes.size() - index;
    out.push_back(base64_alphabet[group >> 18 & 63]);
    out.push_back(base64_alphabet[group >> 12 & 63]);
    out.push_back(left_bytes > 1 ? base64_alphabet[group >> 6 & 63] : '=');
    out.push_back(left_bytes > 2 ? base64_alphabet[group & 63] : '=');
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  int bit_count = 0;
  const std::size_t padding_bytes = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  for (const char c : text.substr(0, text.size() - padding_bytes)) {
    const std::size_t digit = base64_alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xffffff;
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes.push_back(static_cast<char>(bits >> bit_count & 0xff));
  }
  // Bits that no byte takes must be 0, or two texts would stand for the same bytes.
  if ((bits & ((1U << bit_count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace nacre::server
