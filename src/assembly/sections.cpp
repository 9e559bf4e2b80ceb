#include <fmt/format.h>

#include <algorithm>

#include "assembly/option_table.hpp"

namespace nacre::assembly {
namespace {

std::vector<SectionPointer> cache_targets(CacheSettings& cache) {
  return {&cache, &cache.defaults, &cache.defaults};
}

std::vector<SectionPointer> rule_targets(PrefixRule& rule) {
  return {&rule, &rule.options, &rule.options};
}

Section section(SectionKind kind, std::string path, std::vector<SectionPointer> targets) {
  return {&row_of(kind), std::move(path), std::move(targets)};
}

}  // namespace

const SectionRow& row_of(SectionKind kind) noexcept {
  return section_table()[static_cast<std::size_t>(kind)];
}

Section server_section(Settings& settings) {
  return section(SectionKind::server, "server", {&settings.server});
}

Section log_section(Settings& settings) {
  return section(SectionKind::log, "log", {&settings.log});
}

Section memory_section(Settings& settings) {
  return section(SectionKind::memory, "memory", {&settings.memory});
}

Section remote_section(Settings& settings) {
  return section(SectionKind::remote, "remote", {&settings.remote});
}

Section loads_section(Settings& settings) {
  return section(SectionKind::loads, "loads", {&settings.loads});
}

Section cache_section(Settings& settings) {
  return section(SectionKind::cache, "cache", cache_targets(settings.cache));
}

Section cache_rule_section(Settings& settings, std::size_t rule_index) {
  return section(SectionKind::cache_rule, fmt::format("cache.rule[{}]", rule_index),
                 rule_targets(settings.cache.rules.at(rule_index)));
}

Section named_cache_section(CacheSettings& cache) {
  return section(SectionKind::named_cache, "caches." + cache.name, cache_targets(cache));
}

Section named_cache_rule_section(CacheSettings& cache, std::size_t rule_index) {
  return section(SectionKind::named_cache_rule,
                 fmt::format("caches.{}.rule[{}]", cache.name, rule_index),
                 rule_targets(cache.rules.at(rule_index)));
}

Section named_cache_memory_section(CacheSettings& cache) {
  if (!cache.memory) cache.memory.emplace();
  return section(SectionKind::named_cache_memory, fmt::format("caches.{}.memory", cache.name),
                 {&*cache.memory});
}

Section origin_section(Settings& settings, std::size_t origin_index) {
  OriginSettings& rule = settings.origins.at(origin_index);
  return section(SectionKind::origin, fmt::format("origin[{}]", origin_index),
                 {&rule, &rule.options});
}

std::vector<Section> sections_of(Settings& settings) {
  std::vector<Section> all = {server_section(settings), log_section(settings),
                              memory_section(settings), remote_section(settings),
                              loads_section(settings),  cache_section(settings)};
  for (std::size_t index = 0; index < settings.cache.rules.size(); ++index) {
    all.push_back(cache_rule_section(settings, index));
  }
  for (CacheSettings& cache : settings.caches) {
    all.push_back(named_cache_section(cache));
    for (std::size_t index = 0; index < cache.rules.size(); ++index) {
      all.push_back(named_cache_rule_section(cache, index));
    }
    if (cache.memory) all.push_back(named_cache_memory_section(cache));
  }
  for (std::size_t index = 0; index < settings.origins.size(); ++index) {
    all.push_back(origin_section(settings, index));
  }
  return all;
}

FoundOption find_option(const Section& section, std::string_view name) noexcept {
  for (std::size_t group = 0; group < section.targets.size(); ++group) {
    for (const OptionRow& row : section.row->groups[group]) {
      if (row.name == name) return {&row, section.targets[group]};
    }
  }
  return {};
}

std::vector<FoundOption> options_of(const Section& section) {
  std::vector<FoundOption> options;
  for (std::size_t group = 0; group < section.targets.size(); ++group) {
    for (const OptionRow& row : section.row->groups[group]) {
      options.push_back({&row, section.targets[group]});
    }
  }
  return options;
}

std::vector<std::string> option_names(const SectionRow& section_row) {
  std::vector<std::string> names;
  for (const auto& group : section_row.groups) {
    for (const OptionRow& row : group) names.emplace_back(row.name);
  }
  return names;
}

std::string allowed_text(const OptionRow& row) {
  if (!row.allowed.empty()) return std::string(row.allowed);
  return allowed_text(row.type, row.range);
}

std::string environment_name(std::string_view section_path, std::string_view name) {
  std::string text = fmt::format("NACRE_{}_{}", section_path, name);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
    return c == '.' || c == '-' ? '_' : c;
  });
  return text;
}

std::vector<std::string> flag_names() {
  std::vector<std::string> names;
  for (const SectionRow& section_row : section_table()) {
    if (section_row.heading.starts_with("[[")) continue;  // lists are for the file
    for (const std::string& name : option_names(section_row)) {
      names.push_back(fmt::format("{}.{}", section_row.path, name));
    }
  }
  return names;
}

}  // namespace nacre::assembly
