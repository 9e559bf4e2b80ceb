// JSON in requests: checked once, strictly, then read in place.
//
// No document is built: a body of many megabytes costs its own bytes and no more, and a value that
// is to be stored keeps the very text it was sent as (no number changes its digits).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nacre::server {

/// How deep arrays and objects of a request may nest.
inline constexpr std::size_t max_json_depth = 32;

/// Throws Error invalid_argument unless `text` is one JSON value (RFC 8259) in UTF-8, at most 32
/// deep, without a name twice in one object, and nothing behind it. `what` names it in messages.
void check_json(std::string_view text, std::string_view what);

/// One value of a text that check_json() has passed. A view: the text outlives it.
class JsonView final {
 public:
  enum class Kind : std::uint8_t { object, array, string, number, boolean, null };

  /// The value that is the whole of `checked`, which may have blanks around it.
  explicit JsonView(std::string_view checked) noexcept;

  Kind kind() const noexcept;

  /// The value as it was sent, without blanks around it.
  std::string_view text() const noexcept { return text_; }

  /// Names and values of an object, in order. O(text).
  std::vector<std::pair<std::string, JsonView>> members() const;

  /// Values of an array, in order. O(text).
  std::vector<JsonView> elements() const;

  /// A string, unescaped.
  std::string string() const;

  /// A number; infinite when it is larger than a double.
  double number() const noexcept;

  bool boolean() const noexcept { return text_ == "true"; }

 private:
  std::string_view text_;
};

/// "an object", "an array", "a string"...
std::string_view name_of(JsonView::Kind kind) noexcept;

}  // namespace nacre::server
