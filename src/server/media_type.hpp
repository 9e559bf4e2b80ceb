// Media types of requests: what a body is, and what an answer may be (RFC 9110, sections 8.3 and
// 12.5.1).
#pragma once

#include <string_view>

namespace nacre::server {

/// application/json, or any type whose name ends in +json; parameters are ignored.
bool is_json_type(std::string_view content_type) noexcept;

/// text/anything.
bool is_text_type(std::string_view content_type) noexcept;

/// application/octet-stream.
bool is_binary_type(std::string_view content_type) noexcept;

/// True when the field Accept names exactly `type` with a weight above 0. `*/*` is not enough: it
/// stands for what is given anyway.
bool accepts_type(std::string_view accept, std::string_view type) noexcept;

}  // namespace nacre::server
