#include "chaos/frame_splitter.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace nacre::chaos {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::vector<std::string> FrameSplitter::feed(std::string_view bytes) {
  std::vector<std::string> frames;
  buffer_.append(bytes);
  while (!is_nonsense_ && step()) {
    if (missing_count_ > 0) continue;
    frames.push_back(buffer_.substr(0, position_));
    buffer_.erase(0, position_);
    position_ = 0;
    missing_count_ = 1;
    is_inside_ = false;
  }
  if (is_nonsense_ && !buffer_.empty()) frames.push_back(std::exchange(buffer_, {}));
  return frames;
}

bool FrameSplitter::step() {
  const std::size_t line_end = buffer_.find("\r\n", position_);
  if (line_end == std::string::npos) return false;
  const char type = buffer_[position_];
  const std::string_view line =
      std::string_view(buffer_).substr(position_ + 1, line_end - position_ - 1);
  const bool is_string = type == '$' || type == '=' || type == '!';
  const bool is_aggregate = std::string_view("*~>%|").find(type) != std::string_view::npos;
  std::int64_t count = 0;
  if (is_string || is_aggregate) {
    const auto number = number_of(line);
    is_nonsense_ = !number || *number > (std::int64_t{1} << 32);
    if (is_nonsense_) return false;
    count = std::max<std::int64_t>(*number, is_string ? -1 : 0);
  }
  std::size_t end = line_end + 2;
  if (is_string && count >= 0) end += static_cast<std::size_t>(count) + 2;
  if (end > buffer_.size()) return false;
  position_ = end;
  const bool is_pairs = type == '%' || type == '|';
  // What stands beside the value that is due, rather than being it, does not count as that value.
  const bool is_beside = type == '|' || (type == '>' && is_inside_);
  missing_count_ += (is_aggregate ? count * (is_pairs ? 2 : 1) : 0) - (is_beside ? 0 : 1);
  is_inside_ = is_inside_ || type != '|';
  return true;
}

std::vector<std::string> command_words(std::string_view frame) {
  std::vector<std::string> words;
  if (!frame.starts_with('*')) return words;
  std::size_t position = frame.find("\r\n");
  while (position != std::string_view::npos && position + 2 < frame.size()) {
    const std::size_t head = position + 2;
    const std::size_t head_end = frame.find("\r\n", head);
    const auto size = number_of(frame.substr(head + 1, head_end - head - 1));
    if (frame[head] != '$' || !size || *size < 0) return {};
    words.emplace_back(frame.substr(head_end + 2, static_cast<std::size_t>(*size)));
    position = head_end + 2 + static_cast<std::size_t>(*size);
  }
  return words;
}

}  // namespace nacre::chaos
