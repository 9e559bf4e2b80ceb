// From what a key gave to what is sent: request target, tags and header values.
//
// No key can leave the place its text has in a template: captures are percent-encoded in the
// target, dot segments and empty segments are refused, and header values are printable ASCII.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/key_pattern.hpp"

namespace nacre {

/// Template of a request target (RFC 9112, section 3.2.1): path and query. Const after
/// construction.
class TargetTemplate {
 public:
  /// Throws Error: invalid_argument, which names the field `url`.
  TargetTemplate(std::string_view path_and_query, std::span<const CaptureName> names);

  /// Always begins with '/', of visible ASCII without '#'. Throws Error: invalid_key when the key
  /// would make a segment "." or "..", or an empty one. O(key + template).
  std::string expand(const Captures& captures) const;

 private:
  enum class Place : std::uint8_t { path, query };
  struct Part {
    std::string literal{};
    std::size_t capture_index = 0;
    bool is_capture = false;
    bool keeps_slashes = false;
    Place place = Place::path;
  };

  std::vector<Part> parts_;
};

/// Template of a tag or a header value. Const after construction.
class PlainTemplate {
 public:
  /// Throws Error: invalid_argument, which names `field`.
  PlainTemplate(std::string_view text, std::span<const CaptureName> names, std::string_view field);

  /// The captures as they are. O(key + template).
  std::string expand(const Captures& captures) const;

 private:
  struct Part {
    std::string literal{};
    std::size_t capture_index = 0;
    bool is_capture = false;
  };

  std::vector<Part> parts_;
};

/// True for a header field value that cannot end its line: visible ASCII, and spaces within.
bool is_header_value(std::string_view value) noexcept;

}  // namespace nacre
