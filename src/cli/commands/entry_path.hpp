// Where entries live in the API, and lists of keys as JSON.
#pragma once

#include <span>
#include <string>

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "cli/commands/commands.hpp"

namespace nacre::cli {

/// The form that also serves keys named like a route.
inline std::string entry_path(const std::string& key) {
  return "/api/cache/entries/" + percent_encode(key);
}

/// The path of a key's details.
inline std::string key_path(const std::string& key) {
  return "/api/admin/keys/" + percent_encode(key);
}

/// The query that names the cache to use, or "".
inline std::string cache_query(const Context& context) {
  return query_string({{"cache", context.cache}});
}

/// A text that becomes JSON must not be changed by that: what is not UTF-8 is refused.
inline std::string require_utf8(std::string text, const char* name) {
  if (!is_valid_utf8(text)) throw usage_failure(std::string(name) + " is not UTF-8");
  return text;
}

/// The member `name` with these texts.
inline void add_texts(JsonText& json, const char* name, std::span<const std::string> texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) json.value(require_utf8(text, name));
  json.end_array();
}

}  // namespace nacre::cli
