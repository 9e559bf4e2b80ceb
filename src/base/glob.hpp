// Patterns for keys: "user:*:name", "item:[0-9]?".
//
// Written for hostile patterns: matching never recurses and takes at most pattern bytes times text
// bytes steps, for any pattern. (The matcher of Redis and the usual recursive one take a factor of
// about eight more for each further star.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/parsed.hpp"

namespace nacre {

/// A pattern, compiled. It must match the whole text. Const after construction, so thread safe.
///
///   *        any text, also none
///   ?        any one character (a UTF-8 code point; a byte that is not UTF-8 counts as one)
///   [a-z_]   one of these characters; `]` first is itself, `-` first or last is itself
///   [^a-z]   one character that is none of these; [!a-z] is the same
///   \c       the character c itself, inside classes too
class Glob {
 public:
  /// The longest pattern.
  static constexpr std::size_t max_pattern_bytes = 1024;

  /// Compiles `pattern`: 1 to 1024 bytes of UTF-8. The reason names what is wrong and where.
  static Parsed<Glob> parse(std::string_view pattern);

  /// The pattern that matches exactly `text`. May be too long for parse() when `text` is.
  static std::string escape(std::string_view text);

  /// O(pattern bytes * text bytes) at worst, O(text bytes) for patterns with one star; no
  /// allocation.
  bool matches(std::string_view text) const noexcept;

  /// What every matching text begins with: the text before the first wildcard, unescaped.
  /// An index of keys in order needs to look at that range only.
  std::string_view literal_prefix() const noexcept { return literal_prefix_; }

  /// True when it has no wildcard: it matches literal_prefix() and nothing else.
  bool is_literal() const noexcept;

 private:
  enum class Kind : std::uint8_t { text, any_one, any_text, one_of, none_of };

  // One element. `first` and `count` select bytes of literals_ (text) or ranges_ (classes).
  struct Element {
    Kind kind = Kind::any_text;
    std::uint16_t first = 0;
    std::uint16_t count = 0;
  };

  struct Range {
    char32_t low = 0;
    char32_t high = 0;
  };

  class Compiler;

  Glob() = default;
  std::size_t match_length(const Element& element, std::string_view text) const noexcept;

  std::vector<Element> elements_;
  std::vector<Range> ranges_;
  std::string literals_;
  std::string literal_prefix_;
};

}  // namespace nacre
