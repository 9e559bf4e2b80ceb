// The value of one option: its types, how people write them, and how they are written back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "assembly/config_node.hpp"
#include "base/json_text.hpp"
#include "base/parsed.hpp"
#include "nacre/clock.hpp"
#include "nacre/settings.hpp"

namespace nacre::assembly {

enum class OptionType : std::uint8_t {
  boolean,    ///< true or false
  count,      ///< an integer
  size,       ///< bytes: an integer, or a text with its unit
  duration,   ///< seconds: a number, or a text with its unit
  number,     ///< any number
  text,       ///< one line
  text_list,  ///< texts; one text alone stands for a list of one
  text_map,   ///< names and texts
};

/// "boolean", "count", "size", ...: what docs call the type.
std::string_view name_of(OptionType type) noexcept;

using NamedTexts = OriginSettings::NamedTexts;

/// A value of each type, in the order of OptionType (count and size share one).
using OptionValue = std::variant<bool, std::uint64_t, double, Duration, std::string,
                                 std::vector<std::string>, NamedTexts>;

/// What a value may be. For numbers the value itself (durations in nanoseconds), for texts their
/// bytes, for lists and maps their elements. Doubles hold all our limits exactly.
struct OptionRange {
  double min = 0;
  double max = 0;
  bool is_zero_allowed = false;  ///< as well, where min is more: 0 switches something off
};

/// Reads what the file has. The reason of a failure says what is wrong, not what is allowed.
Parsed<OptionValue> value_from_node(OptionType type, const ConfigNode& node);

/// Reads what a flag or an environment variable has; lists are separated by commas. A text_map is
/// for files only.
Parsed<OptionValue> value_from_text(OptionType type, std::string_view text);

/// Why `value` is outside `range`, or nullopt.
std::optional<std::string> range_trouble(OptionType type, const OptionRange& range,
                                         const OptionValue& value);

/// "1ms to 3650d", "0 or 0.1 to 0.99", "true or false", "1 to 64 bytes of text", "at most 64
/// texts".
std::string allowed_text(OptionType type, const OptionRange& range);

/// As nacre.toml takes it: `"60s"`, `1024`, `["a", "b"]`.
std::string toml_text(OptionType type, const OptionValue& value);

/// The same as JSON, maps as objects.
void write_json(JsonText& json, OptionType type, const OptionValue& value);

}  // namespace nacre::assembly
