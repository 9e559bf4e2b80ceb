#include <string_view>

#include "assembly/option_table.hpp"
#include "base/json_text.hpp"
#include "nacre/settings.hpp"

namespace nacre {
namespace {

using namespace assembly;

constexpr std::string_view withheld = "(withheld)";

// Of "scheme://user:password@host".
void hide_password(std::string& url) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t at = url.substr(0, url.find('?')).rfind('@');
  if (scheme_end == std::string::npos || at == std::string::npos) return;
  const std::size_t colon = url.find(':', scheme_end + 3);
  if (colon < at) url.replace(colon + 1, at - colon - 1, withheld);
}

// Texts that may be secrets, replaced; that they are there is none.
OptionValue without_secrets(OptionValue value) {
  if (auto* text = std::get_if<std::string>(&value)) {
    hide_password(*text);
    const std::size_t query = text->find('?');
    if (query != std::string::npos) *text = text->substr(0, query + 1) + std::string(withheld);
  }
  if (auto* texts = std::get_if<NamedTexts>(&value)) {
    for (auto& [name, text] : *texts) text = withheld;
  }
  return value;
}

// Options that are not set: in a section of defaults the documented default, elsewhere null,
// because there another section decides.
void write_unset(JsonText& json, const OptionRow& row, bool is_defaults) {
  if (is_defaults && !row.unset_toml.empty()) {
    json.raw_value(row.unset_toml);  // durations and numbers read the same in JSON
  } else {
    json.value(nullptr);
  }
}

void write_section(JsonText& json, const Section& section) {
  const SectionKind kind = section.row->kind;
  const bool is_defaults = kind == SectionKind::cache || kind == SectionKind::named_cache;
  for (const FoundOption& option : options_of(section)) {
    json.key(option.row->name);
    std::optional<OptionValue> value = option.row->field.load(option.target);
    if (!value) {
      write_unset(json, *option.row, is_defaults);
      continue;
    }
    if (option.row->is_withheld) value = without_secrets(*std::move(value));
    write_json(json, option.row->type, *value);
  }
}

void write_object(JsonText& json, const Section& section) {
  json.begin_object();
  write_section(json, section);
  json.end_object();
}

void write_named_cache(JsonText& json, CacheSettings& cache) {
  json.begin_object();
  write_section(json, named_cache_section(cache));
  if (cache.memory) {
    json.key("memory");
    write_object(json, named_cache_memory_section(cache));
  }
  json.key("rule").begin_array();
  for (std::size_t index = 0; index < cache.rules.size(); ++index) {
    write_object(json, named_cache_rule_section(cache, index));
  }
  json.end_array().end_object();
}

}  // namespace

std::string render_settings_json(const Settings& settings) {
  Settings copy = settings;  // the table reaches members of settings that may be changed
  JsonText json;
  json.begin_object();
  for (const Section& section : {server_section(copy), log_section(copy), memory_section(copy),
                                 remote_section(copy), loads_section(copy)}) {
    json.key(section.path);
    write_object(json, section);
  }
  json.key("cache").begin_object();
  write_section(json, cache_section(copy));
  json.key("rule").begin_array();
  for (std::size_t index = 0; index < copy.cache.rules.size(); ++index) {
    write_object(json, cache_rule_section(copy, index));
  }
  json.end_array().end_object();
  json.key("caches").begin_object();
  for (CacheSettings& cache : copy.caches) {
    json.key(cache.name);
    write_named_cache(json, cache);
  }
  json.end_object();
  json.key("origin").begin_array();
  for (std::size_t index = 0; index < copy.origins.size(); ++index) {
    write_object(json, origin_section(copy, index));
  }
  json.end_array().end_object();
  return std::move(json).take();
}

}  // namespace nacre
