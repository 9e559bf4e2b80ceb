// Which entries an invalidation means.
//
//   cache.invalidate(nacre::by_tag("product"));
//   cache.invalidate(nacre::by_tags({"acme", "product"}, nacre::Match::all));
//   cache.expire(nacre::by_prefix("user:"));
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)
namespace nacre {

/// Whether an entry must have one of several tags, or all of them.
enum class Match : std::uint8_t { any, all };

struct KeySelector {
  std::vector<std::string> keys{};
};
struct TagSelector {
  std::vector<std::string> tags{};
  Match match = Match::any;
};
struct PrefixSelector {
  std::string prefix{};
};
struct PatternSelector {
  std::string pattern{};
};

/// Chooses entries of one namespace.
using Selector = std::variant<KeySelector, TagSelector, PrefixSelector, PatternSelector>;

/// This key.
inline Selector by_key(std::string key) {
  return KeySelector{{std::move(key)}};
}

/// These keys. At most 10,000.
inline Selector by_keys(std::vector<std::string> keys) {
  return KeySelector{std::move(keys)};
}

/// Entries with this tag. O(1), however many entries there are.
inline Selector by_tag(std::string tag) {
  return TagSelector{{std::move(tag)}, Match::any};
}

/// Entries with one of, or all of, 1 to 64 tags. O(tags) for any; all looks at every entry.
inline Selector by_tags(std::vector<std::string> tags, Match match = Match::any) {
  return TagSelector{std::move(tags), match};
}

/// Keys that begin with `prefix`, which is not empty. Looks at every entry of the memory tier.
inline Selector by_prefix(std::string prefix) {
  return PrefixSelector{std::move(prefix)};
}

/// Keys that match a glob: `*` any text, `?` one character, `[a-z]` `[!a-z]` one of a class, `\`
/// takes the next character as it is. 1 to 1024 bytes. Linear time in the key for each star.
/// Looks at every entry of the memory tier.
inline Selector by_pattern(std::string pattern) {
  return PatternSelector{std::move(pattern)};
}

}  // namespace nacre
#pragma GCC visibility pop
