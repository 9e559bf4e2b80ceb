// What things are called in Redis. The layout is in docs/formats.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nacre::remote {

enum class NameKind : std::uint8_t { value, lease, tag_mark, space_mark };

/// `<space>:<key>`.
std::string value_name(std::string_view space, std::string_view key);

/// The lease of a key: in the slot of its value.
std::string lease_name(std::string_view space, std::string_view key);

std::string tag_mark_name(std::string_view space, std::string_view tag);
std::string space_mark_name(std::string_view space);

/// A name taken apart. The views point into it.
struct ParsedName {
  NameKind kind = NameKind::value;
  std::string_view space{};
  std::string_view text{};  ///< the key or the tag
};

/// nullopt: none of ours, or of a kind that this tier has nothing to do with.
std::optional<ParsedName> parse_name(std::string_view name);

/// Matches the text literally in Redis's own patterns.
std::string escape_pattern(std::string_view text);

}  // namespace nacre::remote
