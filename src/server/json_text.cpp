#include "server/json_text.hpp"

#include <array>
#include <charconv>

namespace nacre::server {
namespace {

bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && byte != 0x7f;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default: {
      constexpr std::string_view digits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\u00");
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    }
  }
}

template <class T>
void append_number(std::string& out, T number) {
  std::array<char, 24> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), result.ptr);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain_start = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (is_plain(text[index])) continue;
    out.append(text.substr(plain_start, index - plain_start));
    append_escape(out, text[index]);
    plain_start = index + 1;
  }
  out.append(text.substr(plain_start));
  out.push_back('"');
}

void append_json_number(std::string& out, std::int64_t number) { append_number(out, number); }

void append_json_number(std::string& out, std::uint64_t number) { append_number(out, number); }

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t index = 0; index < bytes.size(); index += 3) {
    const auto byte_at = [&bytes](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    const unsigned group =
        byte_at(index) << 16 | byte_at(index + 1) << 8 | byte_at(index + 2);
    const std::size_t left_bytes = bytes.size() - index;
    out.push_back(alphabet[group >> 18 & 63]);
    out.push_back(alphabet[group >> 12 & 63]);
    out.push_back(left_bytes > 1 ? alphabet[group >> 6 & 63] : '=');
    out.push_back(left_bytes > 2 ? alphabet[group & 63] : '=');
  }
}

}  // namespace nacre::server
