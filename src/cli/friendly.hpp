// Figures and texts as people like to read them in a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/json_node.hpp"

namespace nacre::cli {

/// "812ms", "58.8s", "5m 12s", "3h 5m", "2d 3h".
std::string friendly_duration(std::int64_t ms);

/// "312B", "1.2KiB", "15.0MiB".
std::string friendly_bytes(std::int64_t bytes);

/// Text that does nothing to a terminal: control characters as \xNN (or \n, \t), what is not UTF-8
/// as U+FFFD. What is stored in a cache is anybody's text.
std::string printable(std::string_view text);

/// A value on one line: arrays of plain values as "a, b", the rest as in JSON.
std::string friendly_value(const JsonNode& value);

/// All that is in an object, as name and value: nested objects as "outer.inner", names that end in
/// _ms or _bytes with the value in friendly units after the exact one.
std::vector<std::pair<std::string, std::string>> friendly_fields(const JsonNode& object);

}  // namespace nacre::cli
