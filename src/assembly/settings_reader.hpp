// Puts what the file says into settings, by the table of options.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "assembly/config_node.hpp"
#include "assembly/option_table.hpp"
#include "assembly/problems.hpp"
#include "nacre/settings.hpp"

namespace nacre::assembly {

inline constexpr std::size_t max_origin_count = 1000;
inline constexpr std::size_t max_rule_count = 1000;
inline constexpr std::size_t max_cache_count = 100;

/// Where each setting was set, by its full name ("origin[2].url"), and each section began.
using Places = std::map<std::string, std::string, std::less<>>;

/// Checks `value` by `option` and stores it, or adds to `problems` why not. `setting` is its full
/// name.
void store_option(const FoundOption& option, const std::string& setting, const std::string& place,
                  const Parsed<OptionValue>& value, Problems& problems);

/// The cache `name` of [caches.NAME], made with its default namespace where it is new. The
/// reference is valid until the next one is made.
CacheSettings& named_cache(Settings& settings, std::string_view name);

/// Reads one file into `settings`.
class SettingsReader {
 public:
  SettingsReader(Settings& settings, const std::string& file_name, Places& places,
                 Problems& problems)
      : settings_(settings), file_name_(file_name), places_(places), problems_(problems) {}

  void read(const ConfigNode::Table& root);

 private:
  void read_options(const ConfigNode& node, const Section& section);
  bool read_option(const ConfigNode& entry, const Section& section);
  void read_cache(const ConfigNode& node);
  void read_named_caches(const ConfigNode& node);
  void read_named_cache(const ConfigNode& node);
  void read_rules(const ConfigNode& node, CacheSettings& cache, bool is_named);
  void read_origins(const ConfigNode& node);

  /// The entries of a table; reports anything else and gives nullptr.
  const ConfigNode::Table* table_of(const ConfigNode& node, const std::string& setting);

  /// The elements of an array of tables of at most `max_count`; reports anything else.
  const ConfigNode::Array* tables_of(const ConfigNode& node, const std::string& setting,
                                     std::size_t max_count);

  void report(FilePosition position, std::string setting, std::string problem, std::string allowed);
  void report_unknown(const ConfigNode& entry, const std::string& setting,
                      std::vector<std::string> known);
  void report_missing(const ConfigNode& node, const Section& section);

  Settings& settings_;
  const std::string& file_name_;
  Places& places_;
  Problems& problems_;
};

}  // namespace nacre::assembly
