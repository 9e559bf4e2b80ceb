#include "http/key_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/text_template.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

constexpr char separator = ':';

[[noreturn]] void refuse(std::string_view trouble) {
  throw Error(Errc::invalid_argument, fmt::format("match: {}", trouble), {{"field", "match"}});
}

}  // namespace

KeyPattern::KeyPattern(std::string_view match) {
  segments_.emplace_back();
  for (TemplatePart& part : parse_template(match, "match")) {
    if (ends_in_rest_) refuse("{name*} captures the rest, so nothing may follow it");
    if (part.is_capture()) {
      if (segments_.back().is_capture) refuse("at most one capture between two ':'");
      const auto is_same = [&](const CaptureName& known) { return known.name == part.name; };
      if (std::any_of(names_.begin(), names_.end(), is_same)) {
        refuse(fmt::format("the name {} is captured twice", part.name));
      }
      segments_.back().is_capture = true;
      ends_in_rest_ = part.is_rest;
      names_.push_back({std::move(part.name), part.is_rest});
      continue;
    }
    for (const char c : part.literal) {
      Segment& segment = segments_.back();
      if (c == separator) {
        segments_.emplace_back();
      } else {
        (segment.is_capture ? segment.suffix : segment.prefix).push_back(c);
      }
    }
  }
  if (match.empty()) refuse("is empty; give the keys that this rule serves, as in product:{id}");
  if (names_.size() > max_captures) {
    refuse(fmt::format("has {} captures, at most {} are allowed", names_.size(), max_captures));
  }
}

std::optional<Captures> KeyPattern::find(std::string_view key) const noexcept {
  Captures captures;
  for (std::size_t index = 0; index < segments_.size(); ++index) {
    const Segment& segment = segments_[index];
    const bool is_last = index + 1 == segments_.size();
    const bool is_rest = is_last && ends_in_rest_;
    const std::size_t end = is_rest ? key.size() : std::min(key.find(separator), key.size());
    if (is_last != (end == key.size())) return std::nullopt;

    std::string_view text = key.substr(0, end);
    key.remove_prefix(is_last ? end : end + 1);
    if (!segment.is_capture) {
      if (text != segment.prefix) return std::nullopt;
      continue;
    }
    const std::size_t around_bytes = segment.prefix.size() + segment.suffix.size();
    const std::size_t min_bytes = around_bytes + (is_rest ? 0 : 1);
    if (text.size() < min_bytes || !text.starts_with(segment.prefix) ||
        !text.ends_with(segment.suffix)) {
      return std::nullopt;
    }
    captures.add(text.substr(segment.prefix.size(), text.size() - around_bytes));
  }
  return captures;
}

}  // namespace nacre
