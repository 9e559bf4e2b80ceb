// Bytes as text: base64 of RFC 4648, section 4, with padding.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nacre {

/// Appends `bytes` to `text`. Linear.
void append_base64(std::string& text, std::span<const std::byte> bytes);

/// The bytes, or nullopt for anything but what append_base64 writes: other characters, blanks,
/// missing padding, bits left over. Linear.
std::optional<std::vector<std::byte>> parse_base64(std::string_view text);

}  // namespace nacre
