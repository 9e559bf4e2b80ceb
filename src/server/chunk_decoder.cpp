#include "server/chunk_decoder.hpp"

#include <algorithm>

#include "server/head_parser.hpp"

namespace nacre::server {
namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_token_byte(char c) noexcept {
  return is_token(std::string_view(&c, 1));
}

// Eight digits say up to 4 GiB, more than any body limit, and cannot overflow.
constexpr int max_size_digits = 8;

}  // namespace

bool ChunkDecoder::step_size(char byte) noexcept {
  switch (state_) {
    case State::size_first:
    case State::size: {
      const int digit = hex_digit(byte);
      if (digit >= 0) {
        if (++size_digit_count_ > max_size_digits) return false;
        remaining_bytes_ = remaining_bytes_ * 16 + static_cast<unsigned>(digit);
        state_ = State::size;
        return true;
      }
      if (state_ == State::size_first) return false;
      if (byte != ';' && byte != '\r') return false;
      state_ = byte == ';' ? State::extension_name : State::size_line_feed;
      return true;
    }
    case State::extension_name:
      state_ = State::extension;
      return is_token_byte(byte);
    case State::extension:
      if (byte == '\r') state_ = State::size_line_feed;
      if (byte == ';') state_ = State::extension_name;
      return byte == '\r' || byte == ';' || byte == '=' || byte == '"' || is_token_byte(byte);
    case State::size_line_feed:
      state_ = remaining_bytes_ == 0 ? State::line_start : State::content;
      return byte == '\n';
    default:
      return false;
  }
}

bool ChunkDecoder::step_line(char byte) noexcept {
  switch (state_) {
    case State::content_return:
      state_ = State::content_line_feed;
      return byte == '\r';
    case State::content_line_feed:
      state_ = State::size_first;
      size_digit_count_ = 0;
      return byte == '\n';
    case State::line_start:
      state_ = byte == '\r' ? State::end_line_feed : State::trailer_name;
      return byte == '\r' || is_token_byte(byte);
    case State::trailer_name:
      if (byte == ':') state_ = State::trailer_value;
      return byte == ':' || is_token_byte(byte);
    case State::trailer_value:
      if (byte == '\r') state_ = State::trailer_line_feed;
      return byte == '\r' || byte == '\t' ||
             (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f);
    case State::trailer_line_feed:
      state_ = State::line_start;
      return byte == '\n';
    case State::end_line_feed:
      state_ = State::done;
      return byte == '\n';
    default:
      return false;
  }
}

ChunkDecoder::Step ChunkDecoder::decode(std::string_view bytes, std::string& body) {
  std::size_t index = 0;
  while (index < bytes.size()) {
    if (state_ == State::content) {
      if (remaining_bytes_ > max_body_bytes_ - std::min(body.size(), max_body_bytes_)) {
        return {Outcome::too_large, index};
      }
      const auto taken_bytes =
          static_cast<std::size_t>(std::min<std::uint64_t>(remaining_bytes_, bytes.size() - index));
      body.append(bytes.substr(index, taken_bytes));
      index += taken_bytes;
      remaining_bytes_ -= taken_bytes;
      if (remaining_bytes_ == 0) state_ = State::content_return;
      continue;
    }
    const bool is_size_line = state_ <= State::size_line_feed;
    const bool counts = state_ == State::extension_name || state_ == State::extension ||
                        state_ == State::trailer_name || state_ == State::trailer_value;
    if (counts && ++overhead_bytes_ > max_overhead_bytes_) return {Outcome::refused, index};
    const char byte = bytes[index++];
    if (!(is_size_line ? step_size(byte) : step_line(byte))) return {Outcome::refused, index};
    if (state_ == State::done) return {Outcome::complete, index};
  }
  return {Outcome::incomplete, index};
}

}  // namespace nacre::server
