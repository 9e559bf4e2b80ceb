#include "assembly/settings_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "assembly/nearest_name.hpp"
#include "assembly/text_checks.hpp"
#include "base/utf8.hpp"

namespace nacre::assembly {
namespace {

// Keys of the file may hold anything; messages hold the beginning, without control characters.
std::string printable(std::string_view key) {
  constexpr std::size_t max_shown_bytes = 64;
  const std::string_view shown = utf8_prefix(key, max_shown_bytes);
  std::string text = has_control_characters(shown) ? "(unprintable)" : std::string(shown);
  return shown.size() < key.size() ? text + "..." : text;
}

std::string joined(std::string_view section, std::string_view name) {
  return fmt::format("{}{}{}", section, section.empty() ? "" : ".", printable(name));
}

std::optional<std::string> check_trouble(const OptionRow& row, const OptionValue& value) {
  if (row.check == nullptr) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&value)) return row.check(*text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    for (const std::string& element : *list) {
      if (auto trouble = row.check(element)) return trouble;
    }
  }
  if (const auto* texts = std::get_if<NamedTexts>(&value)) {
    for (const auto& [name, text] : *texts) {
      if (auto trouble = row.check(name)) return trouble;
    }
  }
  return std::nullopt;
}

// A list that says the same twice is a slip, and for listen it cannot work.
std::optional<std::string> duplicate_trouble(const OptionValue& value) {
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  if (list == nullptr) return std::nullopt;
  for (auto element = list->begin(); element != list->end(); ++element) {
    if (std::find(list->begin(), element, *element) != element) {
      return fmt::format("has \"{}\" twice", printable(*element));
    }
  }
  return std::nullopt;
}

std::optional<std::string> trouble_with(const OptionRow& row, const OptionValue& value) {
  if (auto trouble = range_trouble(row.type, row.range, value)) return trouble;
  if (auto trouble = check_trouble(row, value)) return trouble;
  return duplicate_trouble(value);
}

}  // namespace

void store_option(const FoundOption& option, const std::string& setting, const std::string& place,
                  const Parsed<OptionValue>& value, Problems& problems) {
  const OptionRow& row = *option.row;
  if (!value) {
    problems.add({place, setting, value.reason(), allowed_text(row)});
  } else if (auto trouble = trouble_with(row, *value)) {
    problems.add({place, setting, *trouble, allowed_text(row)});
  } else {
    row.field.store(option.target, *value);
  }
}

CacheSettings& named_cache(Settings& settings, std::string_view name) {
  for (CacheSettings& cache : settings.caches) {
    if (cache.name == name) return cache;
  }
  CacheSettings& cache = settings.caches.emplace_back();
  cache.name = std::string(name);
  cache.namespace_name = cache.name;
  return cache;
}

void SettingsReader::read(const ConfigNode::Table& root) {
  for (const ConfigNode& entry : root.entries) {
    if (entry.key == "server") {
      read_options(entry, server_section(settings_));
    } else if (entry.key == "log") {
      read_options(entry, log_section(settings_));
    } else if (entry.key == "memory") {
      read_options(entry, memory_section(settings_));
    } else if (entry.key == "remote") {
      read_options(entry, remote_section(settings_));
    } else if (entry.key == "loads") {
      read_options(entry, loads_section(settings_));
    } else if (entry.key == "cache") {
      read_cache(entry);
    } else if (entry.key == "caches") {
      read_named_caches(entry);
    } else if (entry.key == "origin") {
      read_origins(entry);
    } else {
      report_unknown(entry, printable(entry.key),
                     {"server", "log", "memory", "remote", "loads", "cache", "caches", "origin"});
    }
  }
}

void SettingsReader::read_options(const ConfigNode& node, const Section& section) {
  const ConfigNode::Table* table = table_of(node, section.path);
  if (table == nullptr) return;
  for (const ConfigNode& entry : table->entries) {
    if (read_option(entry, section)) continue;
    report_unknown(entry, joined(section.path, entry.key), option_names(*section.row));
  }
  report_missing(node, section);
}

bool SettingsReader::read_option(const ConfigNode& entry, const Section& section) {
  const FoundOption option = find_option(section, entry.key);
  if (option.row == nullptr) return false;
  const std::string setting = joined(section.path, entry.key);
  const std::string place = place_in(file_name_, entry.position);
  places_[setting] = place;
  store_option(option, setting, place, value_from_node(option.row->type, entry), problems_);
  return true;
}

void SettingsReader::read_cache(const ConfigNode& node) {
  const ConfigNode::Table* table = table_of(node, "cache");
  if (table == nullptr) return;
  const Section section = cache_section(settings_);
  for (const ConfigNode& entry : table->entries) {
    if (entry.key == "rule") {
      read_rules(entry, settings_.cache, false);
    } else if (!read_option(entry, section)) {
      std::vector<std::string> known = option_names(*section.row);
      known.emplace_back("rule");
      report_unknown(entry, joined("cache", entry.key), std::move(known));
    }
  }
}

void SettingsReader::read_named_caches(const ConfigNode& node) {
  const ConfigNode::Table* table = table_of(node, "caches");
  if (table == nullptr) return;
  if (table->entries.size() > max_cache_count) {
    report(node.position, "caches", fmt::format("has {} caches", table->entries.size()),
           fmt::format("at most {}", max_cache_count));
    return;
  }
  for (const ConfigNode& entry : table->entries) read_named_cache(entry);
}

void SettingsReader::read_named_cache(const ConfigNode& node) {
  const std::string setting = joined("caches", node.key);
  if (const auto trouble = check_cache_name_text(node.key)) {
    report(node.key_position, setting, "the name " + *trouble, "1 to 64 of a-z, 0-9, _ and -");
    return;
  }
  const ConfigNode::Table* table = table_of(node, setting);
  if (table == nullptr) return;
  CacheSettings& cache = named_cache(settings_, node.key);
  places_[setting] = place_in(file_name_, node.key_position);
  const Section section = named_cache_section(cache);
  for (const ConfigNode& entry : table->entries) {
    if (entry.key == "rule") {
      read_rules(entry, cache, true);
    } else if (entry.key == "memory") {
      read_options(entry, named_cache_memory_section(cache));
    } else if (!read_option(entry, section)) {
      std::vector<std::string> known = option_names(*section.row);
      known.insert(known.end(), {"rule", "memory"});
      report_unknown(entry, joined(setting, entry.key), std::move(known));
    }
  }
}

void SettingsReader::read_rules(const ConfigNode& node, CacheSettings& cache, bool is_named) {
  const std::string setting = is_named ? fmt::format("caches.{}.rule", cache.name) : "cache.rule";
  const ConfigNode::Array* rules = tables_of(node, setting, max_rule_count);
  if (rules == nullptr) return;
  for (const ConfigNode& rule : rules->elements) {
    const std::size_t index = cache.rules.size();
    cache.rules.emplace_back();
    read_options(rule, is_named ? named_cache_rule_section(cache, index)
                                : cache_rule_section(settings_, index));
  }
}

void SettingsReader::read_origins(const ConfigNode& node) {
  const ConfigNode::Array* origins = tables_of(node, "origin", max_origin_count);
  if (origins == nullptr) return;
  for (const ConfigNode& origin : origins->elements) {
    const std::size_t index = settings_.origins.size();
    settings_.origins.emplace_back();
    const Section section = origin_section(settings_, index);
    places_[section.path] = place_in(file_name_, origin.position);
    read_options(origin, section);
  }
}

const ConfigNode::Table* SettingsReader::table_of(const ConfigNode& node,
                                                  const std::string& setting) {
  const auto* table = std::get_if<ConfigNode::Table>(&node.content);
  if (table == nullptr) {
    report(node.position, setting, fmt::format("is {}", kind_of(node)), "a table");
  }
  return table;
}

const ConfigNode::Array* SettingsReader::tables_of(const ConfigNode& node,
                                                   const std::string& setting,
                                                   std::size_t max_count) {
  const auto* array = std::get_if<ConfigNode::Array>(&node.content);
  if (array == nullptr) {
    report(node.position, setting, fmt::format("is {}", kind_of(node)),
           fmt::format("tables, each headed [[{}]]", setting));
  } else if (array->elements.size() > max_count) {
    report(node.position, setting, fmt::format("has {} elements", array->elements.size()),
           fmt::format("at most {}", max_count));
    return nullptr;
  }
  return array;
}

void SettingsReader::report(FilePosition position, std::string setting, std::string problem,
                            std::string allowed) {
  problems_.add(
      {place_in(file_name_, position), std::move(setting), std::move(problem), std::move(allowed)});
}

void SettingsReader::report_unknown(const ConfigNode& entry, const std::string& setting,
                                    std::vector<std::string> known) {
  const bool is_near = !nearest_name(entry.key, known).empty();
  report(entry.key_position, setting, unknown_name_text("setting", entry.key, known),
         is_near ? "" : fmt::format("{}", fmt::join(known, ", ")));
}

void SettingsReader::report_missing(const ConfigNode& node, const Section& section) {
  for (const FoundOption& option : options_of(section)) {
    if (!option.row->is_required) continue;
    const std::string setting = joined(section.path, option.row->name);
    if (places_.contains(setting)) continue;
    report(node.position, setting, "is missing", allowed_text(*option.row));
  }
}

}  // namespace nacre::assembly
