#include "assembly/settings_overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "assembly/listen_address.hpp"
#include "assembly/nearest_name.hpp"
#include "assembly/text_checks.hpp"
#include "base/utf8.hpp"

namespace nacre::assembly {
namespace {

// What the programs themselves read: not settings, and not slips.
constexpr std::array<std::string_view, 4> program_variables = {"NACRE_ENV", "NACRE_CONFIG",
                                                               "NACRE_URL", "NACRE_TOKEN_FILE"};

std::string printable(std::string_view text) {
  constexpr std::size_t max_shown_bytes = 64;
  const std::string_view shown = utf8_prefix(text, max_shown_bytes);
  const bool is_printable = is_valid_utf8(shown) && !has_control_characters(shown);
  return is_printable ? std::string(shown) : "(unprintable)";
}

/// One setting that is not in a list: "cache.ttl", "caches.sessions.memory.max_bytes".
struct SettingName {
  std::string section{};
  std::string option{};
};

// All that an environment variable may name, caches of the file included.
std::vector<SettingName> names_in(const Settings& settings) {
  std::vector<SettingName> names;
  const auto add = [&names](const std::string& section, SectionKind kind) {
    for (const std::string& option : option_names(row_of(kind))) names.push_back({section, option});
  };
  for (const SectionKind kind : {SectionKind::server, SectionKind::log, SectionKind::memory,
                                 SectionKind::remote, SectionKind::loads, SectionKind::cache}) {
    add(std::string(row_of(kind).path), kind);
  }
  for (const CacheSettings& cache : settings.caches) {
    add("caches." + cache.name, SectionKind::named_cache);
    add(fmt::format("caches.{}.memory", cache.name), SectionKind::named_cache_memory);
  }
  return names;
}

/// The section with this path; makes the cache, and memory of its own, where they are new.
std::optional<Section> section_for(Settings& settings, std::string_view path) {
  constexpr std::string_view caches = "caches.";
  constexpr std::string_view memory = ".memory";
  if (path == "server") return server_section(settings);
  if (path == "log") return log_section(settings);
  if (path == "memory") return memory_section(settings);
  if (path == "remote") return remote_section(settings);
  if (path == "loads") return loads_section(settings);
  if (path == "cache") return cache_section(settings);
  if (!path.starts_with(caches)) return std::nullopt;
  path.remove_prefix(caches.size());
  const bool has_memory = path.ends_with(memory);
  if (has_memory) path.remove_suffix(memory.size());
  if (check_cache_name_text(path)) return std::nullopt;
  const bool is_new = std::none_of(settings.caches.begin(), settings.caches.end(),
                                   [&](const CacheSettings& cache) { return cache.name == path; });
  if (is_new && settings.caches.size() >= max_cache_count) return std::nullopt;
  CacheSettings& cache = named_cache(settings, path);
  return has_memory ? named_cache_memory_section(cache) : named_cache_section(cache);
}

bool is_known_option(std::string_view section_path, std::string_view option) {
  SectionKind kind = SectionKind::named_cache;
  if (section_path.starts_with("caches.")) {
    if (section_path.ends_with(".memory")) kind = SectionKind::named_cache_memory;
  } else {
    for (const SectionRow& row : section_table()) {
      if (row.path == section_path) kind = row.kind;
    }
  }
  const std::vector<std::string> names = option_names(row_of(kind));
  return std::find(names.begin(), names.end(), option) != names.end();
}

/// Stores the text of one setting, or reports what is wrong with it.
void store_text(const SettingName& name, std::string_view text, const std::string& place,
                Settings& settings, Places& places, Problems& problems) {
  const std::optional<Section> section = section_for(settings, name.section);
  if (!section) return;  // not reached: the caller has found the name
  const FoundOption option = find_option(*section, name.option);
  const std::string setting = fmt::format("{}.{}", name.section, name.option);
  places[setting] = place;
  store_option(option, setting, place, value_from_text(option.row->type, text), problems);
}

// PORT keeps the host, so that a platform that sets it opens nothing to the network.
void apply_port(std::string_view text, Settings& settings, Places& places, Problems& problems) {
  const std::string place = "environment PORT";
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) {
    problems.add({place, "server.listen", "is no port", "0 to 65535"});
    return;
  }
  Parsed<ListenAddress> address = parse_listen_address(settings.server.listen.front());
  if (!address) return;  // reported where it was given
  ListenAddress with_port = *address;
  with_port.port = port;
  settings.server.listen.front() = format_listen_address(with_port);
  places["server.listen"] = place;
}

void apply_environment_kind(std::string_view text, Settings& settings, Problems& problems) {
  const std::vector<std::string> kinds = {"production", "development", "test", "staging"};
  if (std::find(kinds.begin(), kinds.end(), text) == kinds.end()) {
    problems.add({"environment NACRE_ENV", "server.production",
                  unknown_name_text("environment", text, kinds),
                  "production, development, test or staging"});
    return;
  }
  settings.server.production = text == "production";
}

// Those that other programs know as well. Empty is as good as not set: compose files do that.
void apply_common(const std::pair<std::string, std::string>& variable, Settings& settings,
                  Places& places, Problems& problems) {
  const auto& [name, value] = variable;
  if (value.empty()) return;
  if (name == "PORT") apply_port(value, settings, places, problems);
  if (name == "NACRE_ENV") apply_environment_kind(value, settings, problems);
  if (name == "LOG_LEVEL") {
    store_text({"log", "level"}, value, "environment LOG_LEVEL", settings, places, problems);
  }
  if (name == "REDIS_URL") {
    store_text({"remote", "url"}, value, "environment REDIS_URL", settings, places, problems);
  }
}

void report_unknown_variable(std::string_view name, const std::vector<SettingName>& known,
                             Problems& problems) {
  std::vector<std::string> names(program_variables.begin(), program_variables.end());
  for (const SettingName& each : known) {
    names.push_back(environment_name(each.section, each.option));
  }
  problems.add({"environment " + printable(name), "", unknown_name_text("variable", name, names),
                "NACRE_<SECTION>_<NAME> of docs/configuration.md"});
}

void report_unknown_flag(std::string_view name, const std::string& place, Problems& problems) {
  problems.add({place, "", unknown_name_text("setting", name, flag_names()),
                name.starts_with("origin") || name.find("rule") != std::string_view::npos
                    ? "lists like [[origin]] can be given in the file only"
                    : "section.name=value, names as in docs/configuration.md"});
}

}  // namespace

void apply_environment(const std::vector<std::pair<std::string, std::string>>& environment,
                       Settings& settings, Places& places, Problems& problems) {
  for (const auto& variable : environment) apply_common(variable, settings, places, problems);
  const std::vector<SettingName> known = names_in(settings);
  for (const auto& [name, value] : environment) {
    // Kubernetes gives every pod NACRE_SERVICE_... and NACRE_PORT... for a service called nacre.
    const bool is_ours = name.starts_with("NACRE_") && !name.starts_with("NACRE_SERVICE_") &&
                         !name.starts_with("NACRE_PORT");
    const bool is_program_variable = std::find(program_variables.begin(), program_variables.end(),
                                               name) != program_variables.end();
    if (!is_ours || is_program_variable) continue;
    const auto found = std::find_if(known.begin(), known.end(), [&, &key = name](const auto& each) {
      return environment_name(each.section, each.option) == key;
    });
    if (found == known.end()) {
      report_unknown_variable(name, known, problems);
    } else {
      store_text(*found, value, "environment " + name, settings, places, problems);
    }
  }
}

void apply_flags(const std::vector<std::string>& flags, Settings& settings, Places& places,
                 Problems& problems) {
  std::set<std::string, std::less<>> seen;
  for (const std::string& flag : flags) {
    const std::size_t equals = flag.find('=');
    const std::string_view name = std::string_view(flag).substr(0, equals);
    const std::string place = "flag " + printable(name);
    if (equals == std::string::npos) {
      problems.add({place, "", "has no value", "section.name=value"});
      continue;
    }
    if (!seen.emplace(name).second) {
      problems.add({place, printable(name), "is given twice", ""});
      continue;
    }
    const std::size_t dot = name.rfind('.');
    const std::string_view section = name.substr(0, dot == std::string_view::npos ? 0 : dot);
    const std::string_view option = name.substr(dot == std::string_view::npos ? 0 : dot + 1);
    if (!is_known_option(section, option) || !section_for(settings, section)) {
      report_unknown_flag(name, place, problems);
      continue;
    }
    store_text({std::string(section), std::string(option)},
               std::string_view(flag).substr(equals + 1), place, settings, places, problems);
  }
}

}  // namespace nacre::assembly
