// The query string of a request, and percent-encoding.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nacre::server {

/// `text` with its percent-encoded bytes decoded; nullopt for a `%` without two hexadecimal digits.
std::optional<std::string> decode_percent(std::string_view text);

/// Appends `text` with all but letters, digits and `-._~:/` percent-encoded.
void append_percent_encoded(std::string& out, std::string_view text);

/// NAME=VALUE pairs, joined by `&`; `+` in a value is a blank. Const after construction.
class QueryFields final {
 public:
  /// Reads `query`. Throws Error invalid_argument for a field that is not among `allowed`, comes
  /// twice, or is not percent-encoded as it must be.
  QueryFields(std::string_view query, std::span<const std::string_view> allowed);

  /// The decoded value of the field, or nullptr. An empty value is a value.
  const std::string* find(std::string_view name) const noexcept;

 private:
  std::vector<std::pair<std::string, std::string>> fields_{};
};

}  // namespace nacre::server
