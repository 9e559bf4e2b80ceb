#include "base/glob.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace nacre {
namespace {

constexpr std::size_t no_match = static_cast<std::size_t>(-1);

}  // namespace

// Reads a pattern from left to right. Every function returns false after it wrote problem_.
class Glob::Compiler {
 public:
  explicit Compiler(std::string_view pattern) : rest_(pattern), whole_bytes_(pattern.size()) {}

  bool compile() {
    while (!rest_.empty()) {
      if (!compile_one()) return false;
    }
    set_literal_prefix();
    return true;
  }

  Glob take() { return std::move(glob_); }
  std::string take_problem() { return std::move(problem_); }

 private:
  bool compile_one() {
    switch (rest_.front()) {
      case '*':
        rest_.remove_prefix(1);
        // Stars in a row are one star.
        if (glob_.elements_.empty() || glob_.elements_.back().kind != Kind::any_text) {
          glob_.elements_.push_back({.kind = Kind::any_text});
        }
        return true;
      case '?':
        rest_.remove_prefix(1);
        glob_.elements_.push_back({.kind = Kind::any_one});
        return true;
      case '[':
        return compile_class();
      default:
        return compile_text();
    }
  }

  bool compile_text() {
    if (rest_.front() == '\\') {
      if (rest_.size() == 1) return fail("a backslash at the end escapes nothing");
      rest_.remove_prefix(1);
    }
    const std::size_t length = first_utf8_step(rest_).length_bytes;
    if (glob_.elements_.empty() || glob_.elements_.back().kind != Kind::text) {
      glob_.elements_.push_back(
          {.kind = Kind::text, .first = static_cast<std::uint16_t>(glob_.literals_.size())});
    }
    glob_.literals_.append(rest_.substr(0, length));
    Element& element = glob_.elements_.back();
    element.count = static_cast<std::uint16_t>(element.count + length);
    rest_.remove_prefix(length);
    return true;
  }

  bool compile_class() {
    const std::size_t start = offset();
    rest_.remove_prefix(1);
    Element element{.kind = Kind::one_of,
                    .first = static_cast<std::uint16_t>(glob_.ranges_.size())};
    if (rest_.starts_with('^') || rest_.starts_with('!')) {
      element.kind = Kind::none_of;
      rest_.remove_prefix(1);
    }
    // `]` in first place is a member, so a class is never empty.
    do {
      if (rest_.empty()) return fail("a class is not closed with ]", start);
      if (!compile_range()) return false;
    } while (!rest_.starts_with(']'));
    rest_.remove_prefix(1);
    element.count = static_cast<std::uint16_t>(glob_.ranges_.size() - element.first);
    glob_.elements_.push_back(element);
    return true;
  }

  // One member of a class: a character or a range of them.
  bool compile_range() {
    const std::size_t start = offset();
    Range range;
    if (!read_member(range.low)) return false;
    range.high = range.low;
    const bool is_range = rest_.size() >= 2 && rest_[0] == '-' && rest_[1] != ']';
    if (is_range) {
      rest_.remove_prefix(1);
      if (!read_member(range.high)) return false;
    }
    if (range.high < range.low) return fail("a range runs backwards", start);
    glob_.ranges_.push_back(range);
    return true;
  }

  bool read_member(char32_t& member) {
    if (rest_.front() == '\\') {
      if (rest_.size() == 1) return fail("a backslash at the end escapes nothing");
      rest_.remove_prefix(1);
    }
    const Utf8Step step = first_utf8_step(rest_);
    member = step.code_point;
    rest_.remove_prefix(step.length_bytes);
    return true;
  }

  void set_literal_prefix() {
    if (glob_.elements_.empty() || glob_.elements_.front().kind != Kind::text) return;
    glob_.literal_prefix_ = glob_.literals_.substr(0, glob_.elements_.front().count);
  }

  std::size_t offset() const noexcept { return whole_bytes_ - rest_.size(); }

  bool fail(std::string_view trouble) { return fail(trouble, offset()); }

  bool fail(std::string_view trouble, std::size_t at) {
    problem_ = fmt::format(
        "is not a pattern: {} (at byte {}); allowed are *, ?, [a-z], [^a-z] and \\ before a "
        "character that stands for itself",
        trouble, at);
    return false;
  }

  std::string_view rest_;
  std::size_t whole_bytes_;
  Glob glob_;
  std::string problem_;
};

Parsed<Glob> Glob::parse(std::string_view pattern) {
  if (pattern.empty()) return Parsed<Glob>::failure("is empty; allowed are 1 to 1024 bytes");
  if (pattern.size() > max_pattern_bytes) {
    return Parsed<Glob>::failure(
        fmt::format("is {} bytes long; allowed are 1 to 1024 bytes", pattern.size()));
  }
  if (!is_valid_utf8(pattern)) return Parsed<Glob>::failure("is not UTF-8; allowed is UTF-8 only");
  Compiler compiler(pattern);
  if (!compiler.compile()) return Parsed<Glob>::failure(compiler.take_problem());
  return compiler.take();
}

std::string Glob::escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

bool Glob::is_literal() const noexcept {
  return elements_.size() == 1 && elements_.front().kind == Kind::text;
}

// Only the last star passed ever needs to grow: whatever an earlier one could take, a later star
// takes as well. So a mismatch goes back to one place, and each of the n places where the text
// after that star may begin is tried once, at a cost of the elements up to the next star.
// Positions stay on character boundaries, because stars grow by whole characters.
bool Glob::matches(std::string_view text) const noexcept {
  std::size_t element = 0;
  std::string_view rest = text;
  std::size_t element_after_star = no_match;
  std::string_view rest_at_star;
  while (true) {
    if (element < elements_.size() && elements_[element].kind == Kind::any_text) {
      if (++element == elements_.size()) return true;
      element_after_star = element;
      rest_at_star = rest;
      continue;
    }
    if (element == elements_.size() && rest.empty()) return true;
    if (element < elements_.size()) {
      const std::size_t length = match_length(elements_[element], rest);
      if (length != no_match) {
        ++element;
        rest.remove_prefix(length);
        continue;
      }
    }
    if (element_after_star == no_match || rest_at_star.empty()) return false;
    rest_at_star.remove_prefix(first_utf8_step(rest_at_star).length_bytes);
    rest = rest_at_star;
    element = element_after_star;
  }
}

// How many bytes of the beginning of `text` the element takes, or no_match.
std::size_t Glob::match_length(const Element& element, std::string_view text) const noexcept {
  if (element.kind == Kind::text) {
    const std::string_view literal =
        std::string_view(literals_).substr(element.first, element.count);
    return text.starts_with(literal) ? literal.size() : no_match;
  }
  if (text.empty()) return no_match;
  const Utf8Step step = first_utf8_step(text);
  if (element.kind == Kind::any_one) return step.length_bytes;
  // A byte that is not UTF-8 is in no class, and so in every negated one.
  const auto begin = ranges_.begin() + element.first;
  const bool is_member =
      step.is_valid && std::any_of(begin, begin + element.count, [step](const Range& range) {
        return range.low <= step.code_point && step.code_point <= range.high;
      });
  return is_member == (element.kind == Kind::one_of) ? step.length_bytes : no_match;
}

}  // namespace nacre
