// Writes JSON as text, straight into a string: replies are made without a document in between.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nacre::server {

/// Appends `text` as a JSON string with its quotes. `text` is valid UTF-8. Control bytes, quotes
/// and backslashes are escaped, also `<`, `>` and `&`, so that a reply shown as HTML stays text.
void append_json_string(std::string& out, std::string_view text);

/// Appends a whole number.
void append_json_number(std::string& out, std::int64_t number);
void append_json_number(std::string& out, std::uint64_t number);

/// Appends `bytes` in base64 (RFC 4648 section 4, with padding), without quotes.
void append_base64(std::string& out, std::string_view bytes);

}  // namespace nacre::server
