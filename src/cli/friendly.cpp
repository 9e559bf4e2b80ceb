#include "cli/friendly.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/utf8.hpp"

namespace nacre::cli {
namespace {

void add_escaped(std::string& out, char32_t control) {
  if (control == U'\n') {
    out += "\\n";
  } else if (control == U'\t') {
    out += "\\t";
  } else {
    out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(control));
  }
}

/// "58800 (58.8s)" for ttl_ms; the value alone where the friendly form says the same.
std::string with_unit(std::string_view name, const JsonNode& value) {
  const auto number = value.integer();
  if (!number) return friendly_value(value);
  if (name.ends_with("_ms") && *number >= 1000) {
    return fmt::format("{} ({})", *number, friendly_duration(*number));
  }
  if (name.ends_with("bytes") && *number >= 1024) {
    return fmt::format("{} ({})", *number, friendly_bytes(*number));
  }
  return std::to_string(*number);
}

void add_fields(const JsonNode& object, const std::string& prefix,
                std::vector<std::pair<std::string, std::string>>& fields) {
  for (const auto& [name, value] : object.members()) {
    const std::string full_name = prefix + printable(name);
    if (value.is_object() && !value.members().empty()) {
      add_fields(value, full_name + ".", fields);  // as deep as the parser allows: 32
    } else {
      fields.emplace_back(full_name, with_unit(name, value));
    }
  }
}

}  // namespace

std::string friendly_duration(std::int64_t ms) {
  constexpr std::int64_t second = 1000;
  constexpr std::int64_t minute = 60 * second;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  if (ms < second) return fmt::format("{}ms", ms);
  if (ms < minute) {
    // Cut, not rounded: 59.99 s must not become 60.0s.
    return fmt::format("{}.{}s", ms / second, ms % second / 100);
  }
  if (ms < hour) return fmt::format("{}m {}s", ms / minute, ms % minute / second);
  if (ms < day) return fmt::format("{}h {}m", ms / hour, ms % hour / minute);
  return fmt::format("{}d {}h", ms / day, ms % day / hour);
}

std::string friendly_bytes(std::int64_t bytes) {
  constexpr std::array<std::string_view, 4> units{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{}B", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit_index = 0;
  for (; amount >= 1024 && unit_index + 1 < units.size(); ++unit_index) amount /= 1024;
  return fmt::format("{:.1f}{}", amount, units[unit_index]);
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Step step = first_utf8_step(text);
    if (!step.is_valid) {
      out += replacement_character_utf8;
    } else if (is_control_character(step.code_point)) {
      add_escaped(out, step.code_point);
    } else {
      out += text.substr(0, step.length_bytes);
    }
    text.remove_prefix(step.length_bytes);
  }
  return out;
}

std::string friendly_value(const JsonNode& value) {
  const std::vector<JsonNode> elements = value.elements();
  const bool is_plain_list =
      std::none_of(elements.begin(), elements.end(),
                   [](const auto& element) { return element.is_object() || element.is_array(); });
  if (!value.is_array() || !is_plain_list) return printable(value.text());
  std::string list;
  for (const JsonNode& element : elements) {
    list += (list.empty() ? "" : ", ") + printable(element.text());
  }
  return list;
}

std::vector<std::pair<std::string, std::string>> friendly_fields(const JsonNode& object) {
  std::vector<std::pair<std::string, std::string>> fields;
  add_fields(object, "", fields);
  return fields;
}

}  // namespace nacre::cli
