#include "nacre/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "assembly/option_table.hpp"
#include "assembly/problems.hpp"
#include "assembly/settings_checks.hpp"
#include "assembly/settings_overrides.hpp"
#include "assembly/settings_reader.hpp"
#include "assembly/settings_toml.hpp"
#include "cache/policy.hpp"

namespace nacre {
namespace {

using namespace assembly;

std::string text_of(const std::vector<SettingsProblem>& problems) {
  std::string text;
  for (const SettingsProblem& problem : problems) {
    text += text.empty() ? "" : "\n";
    text += problem.message();
  }
  return text;
}

Error::Details details_of(const std::vector<SettingsProblem>& problems) {
  Error::Details details;
  for (const SettingsProblem& problem : problems)
    details.emplace_back("problem", problem.message());
  return details;
}

// The value of each option that takes effect at start, by its full name.
std::unordered_map<std::string, std::string> fixed_values(const Settings& settings) {
  Settings copy = settings;  // the table reaches members of settings that may be changed
  std::unordered_map<std::string, std::string> values;
  for (const Section& section : sections_of(copy)) {
    for (const FoundOption& option : options_of(section)) {
      if (option.row->applies != Applies::at_start) continue;
      const std::optional<OptionValue> value = option.row->field.load(option.target);
      values[fmt::format("{}.{}", section.path, option.row->name)] =
          value ? toml_text(option.row->type, *value) : "";
    }
  }
  return values;
}

}  // namespace

namespace assembly {

std::string place_in(const std::string& file_name, FilePosition position) {
  return fmt::format("{}:{}:{}", file_name, position.line, position.column);
}

}  // namespace assembly

std::string SettingsProblem::message() const {
  std::string text = place;
  if (!setting.empty()) text += ": " + setting;
  text += ": " + problem;
  if (!allowed.empty()) text += "; allowed: " + allowed;
  return text;
}

SettingsError::SettingsError(std::vector<SettingsProblem> problems)
    : Error(Errc::invalid_argument, text_of(problems), details_of(problems)),
      problems_(std::move(problems)) {}

Settings load_settings(const SettingsSource& source) {
  Settings settings;
  Places places;
  Problems problems;
  const ConfigNode::Table root = parse_toml(source.file_text, source.file_name, problems);
  SettingsReader(settings, source.file_name, places, problems).read(root);
  apply_environment(source.environment, settings, places, problems);
  apply_flags(source.flags, settings, places, problems);
  for (CacheSettings& cache : settings.caches) {
    cache.defaults = overlay(settings.cache.defaults, cache.defaults);
  }
  check_settings(settings, places, problems);
  if (!problems.empty()) throw SettingsError(std::move(problems).take());
  return settings;
}

std::vector<std::string> changes_needing_restart(const Settings& running, const Settings& wanted) {
  const auto before = fixed_values(running);
  const auto after = fixed_values(wanted);
  std::vector<std::string> changed;
  for (const auto& [name, value] : before) {
    const auto other = after.find(name);
    if (other == after.end() || other->second != value) changed.push_back(name);
  }
  for (const auto& [name, value] : after) {
    if (!before.contains(name)) changed.push_back(name);
  }
  std::sort(changed.begin(), changed.end());
  return changed;
}

}  // namespace nacre
