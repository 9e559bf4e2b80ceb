// The one table of everything that can be configured.
//
// The reader of nacre.toml, environment names, flags, range checks, docs/configuration.md, the
// example file, completion and the rendering for the admin API are all derived from it: a new
// option is one row here and one member in nacre/settings.hpp or nacre/options.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assembly/option_row.hpp"

namespace nacre::assembly {

enum class SectionKind : std::uint8_t {
  server,
  log,
  memory,
  remote,
  loads,
  cache,
  cache_rule,
  named_cache,
  named_cache_rule,
  named_cache_memory,
  origin,
};

/// One kind of section. Its options are those of all its groups, one group for each struct that
/// they are members of.
struct SectionRow {
  SectionKind kind{};
  std::string_view heading{};  ///< as in the file: "[[cache.rule]]"
  std::string_view path{};     ///< as in names of settings: "cache.rule[N]"
  std::span<const std::span<const OptionRow>> groups{};
  std::string_view doc{};
};

/// All kinds, in the order of the docs and of SectionKind.
std::span<const SectionRow> section_table() noexcept;

const SectionRow& row_of(SectionKind kind) noexcept;

/// An option with the struct that holds it.
struct FoundOption {
  const OptionRow* row = nullptr;
  SectionPointer target{};
};

/// One section of particular settings. Valid as long as these stay where they are.
struct Section {
  const SectionRow* row = nullptr;
  std::string path{};                     ///< "cache", "caches.sessions", "origin[2]"
  std::vector<SectionPointer> targets{};  ///< one for each group of `row`
};

Section server_section(Settings& settings);
Section log_section(Settings& settings);
Section memory_section(Settings& settings);
Section remote_section(Settings& settings);
Section loads_section(Settings& settings);
Section cache_section(Settings& settings);
Section cache_rule_section(Settings& settings, std::size_t rule_index);
Section named_cache_section(CacheSettings& cache);
Section named_cache_rule_section(CacheSettings& cache, std::size_t rule_index);

/// Gives the cache memory of its own where it has none.
Section named_cache_memory_section(CacheSettings& cache);
Section origin_section(Settings& settings, std::size_t origin_index);

/// All sections that `settings` have, in the order of the docs.
std::vector<Section> sections_of(Settings& settings);

/// The option `name` of `section`, or one with row == nullptr.
FoundOption find_option(const Section& section, std::string_view name) noexcept;

/// All options of `section`, in order.
std::vector<FoundOption> options_of(const Section& section);

/// Their names.
std::vector<std::string> option_names(const SectionRow& row);

/// What is allowed for `row`, in words.
std::string allowed_text(const OptionRow& row);

/// "NACRE_CACHE_TTL" for section path "cache" and name "ttl".
std::string environment_name(std::string_view section_path, std::string_view name);

/// All that flags may set, for completion: "server.listen", ... and those of [caches.NAME].
std::vector<std::string> flag_names();

}  // namespace nacre::assembly
