#include "remote/names.hpp"

#include "redis/slot.hpp"

namespace nacre::remote {
namespace {

constexpr std::string_view lease_kind = "lease";
constexpr std::string_view lease_begin = "~lease:{";
constexpr std::string_view lease_middle = "}:";
constexpr std::string_view tag_begin = "~tag:";
constexpr std::string_view space_mark = "~gen";

std::string joined(std::string_view space, std::string_view kind, std::string_view text) {
  std::string name;
  name.reserve(space.size() + 1 + kind.size() + text.size());
  name.append(space).append(":").append(kind).append(text);
  return name;
}

}  // namespace

std::string value_name(std::string_view space, std::string_view key) {
  return joined(space, {}, key);
}

std::string lease_name(std::string_view space, std::string_view key) {
  return redis::companion_key(space, lease_kind, key);
}

std::string tag_mark_name(std::string_view space, std::string_view tag) {
  return joined(space, tag_begin, tag);
}

std::string space_mark_name(std::string_view space) {
  return joined(space, space_mark, {});
}

std::optional<ParsedName> parse_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == name.size()) return {};
  const std::string_view space = name.substr(0, colon);
  const std::string_view rest = name.substr(colon + 1);
  if (!rest.starts_with('~')) return ParsedName{NameKind::value, space, rest};
  if (rest == space_mark) return ParsedName{NameKind::space_mark, space, {}};
  if (rest.starts_with(tag_begin)) {
    return ParsedName{NameKind::tag_mark, space, rest.substr(tag_begin.size())};
  }
  if (!rest.starts_with(lease_begin)) return {};
  const std::size_t end = rest.find(lease_middle, lease_begin.size());
  if (end == std::string_view::npos) return {};
  return ParsedName{NameKind::lease, space, rest.substr(end + lease_middle.size())};
}

std::string escape_pattern(std::string_view text) {
  constexpr std::string_view special = "*?[]\\^-";
  std::string escaped;
  for (const char each : text) {
    if (special.find(each) != std::string_view::npos) escaped += '\\';
    escaped += each;
  }
  return escaped;
}

}  // namespace nacre::remote
