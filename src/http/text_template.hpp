// The template language of origin rules: literal text with {name} and {name*} in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nacre {

/// Literal text, or a capture when `name` is not empty.
struct TemplatePart {
  std::string literal{};
  std::string name{};
  bool is_rest = false;  ///< written {name*}

  bool is_capture() const noexcept { return !name.empty(); }
};

/// Takes `text` apart. No part is an empty literal, and no two literals follow each other.
/// {{ and }} are braces; names are 1 to 32 of a-z, 0-9, '_' and begin with a letter.
/// Throws Error: invalid_argument, which names `field`.
std::vector<TemplatePart> parse_template(std::string_view text, std::string_view field);

}  // namespace nacre
