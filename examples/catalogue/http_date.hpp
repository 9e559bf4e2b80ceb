// Times as HTTP headers write them: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace catalogue {

std::string to_http_date(std::int64_t unix_s);

/// Seconds since 1970, or nullopt for text that is no such date.
std::optional<std::int64_t> parse_http_date(const std::string& text);

}  // namespace catalogue
