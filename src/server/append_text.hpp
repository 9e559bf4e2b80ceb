// Text forms that are appended to a reply in the making.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nacre::server {

/// Appends a whole number in decimal.
void append_signed(std::string& out, std::int64_t number);
void append_unsigned(std::string& out, std::uint64_t number);

/// Appends `bytes` in base64 (RFC 4648 section 4, with padding).
void append_base64(std::string& out, std::string_view bytes);

/// The bytes that base64 `text` stands for, or nullopt for anything that append_base64 would not
/// have written.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace nacre::server
