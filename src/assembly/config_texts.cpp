#include "assembly/config_texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace nacre::assembly {
namespace {

constexpr std::string_view docs_head = R"(# Configuration

<!-- Made from src/assembly/option_table.cpp by `ninja config_texts`; a test compares. -->

`nacred --config nacre.toml` reads a TOML file. Environment variables win over the file, flags win
over both: `nacred --set cache.ttl=5m`. Without any of them each setting has its default.

- A **duration** is a number of seconds or a text with its unit: `60`, `"250ms"`, `"1.5s"`, `"5m"`,
  `"1h"`, `"7d"`.
- A **size** is a number of bytes or a text with its unit: `1024`, `"64KiB"`, `"256MiB"`, `"1GB"`.
- A **text list** is an array of texts; one text alone stands for a list of one. In variables and
  flags commas divide it.
- Environment names are `NACRE_<SECTION>_<NAME>`; those of `[caches.NAME]` exist for the caches of
  the file, `-` in a name becoming `_`. Understood as well: `PORT` (the port of the first `listen`),
  `LOG_LEVEL`, `REDIS_URL` (the `url` of `[remote]`), and `NACRE_ENV` (`production`, `development`,
  `test` or `staging`).
- Sections in double brackets are lists; they can be given in the file only.
- All problems are reported at once, with file, line and column: `nacre config check nacre.toml`.
  A name that is not known is an error that names the nearest one.
- **Reload** says whether a changed value takes effect when nacred is told to reload (SIGHUP). If
  anything is wrong, or needs a restart, the running settings stay as they are and the log says why.
- Secrets are never in the file but in files of their own, mode 0600 or 0640. Values of `headers`,
  and passwords and queries of a `url`, are withheld wherever settings are shown.
)";

constexpr std::string_view example_head =
    R"(# nacre.toml: every setting. What is commented out has its default, or is an example.
# Check it with: nacre config check /etc/nacre/nacre.toml
# Durations are seconds or texts like "250ms", "5m"; sizes are bytes or texts like "256MiB".
)";

using Group = std::span<const OptionRow>;

// Docs describe a group of options once and refer to it afterwards.
class DescribedGroups {
 public:
  /// The heading under which `group` has been described, or empty, and then it is now.
  std::string_view heading_of(const Group& group, std::string_view heading) {
    for (const auto& [described, where] : groups_) {
      if (described == group.data()) return where;
    }
    groups_.emplace_back(group.data(), heading);
    return {};
  }

 private:
  std::vector<std::pair<const OptionRow*, std::string_view>> groups_;
};

std::string default_words(const FoundOption& option) {
  if (option.row->is_required) return "required";
  std::string toml = default_toml(option);
  if (toml.empty()) {
    return option.row->unset_words.empty() ? "none" : std::string(option.row->unset_words);
  }
  return toml;
}

// A `|` would end the cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// Where lists stand in the file only, there is no environment name.
std::string environment_cell(const Section& section, const OptionRow& row) {
  if (section.row->heading.starts_with("[[")) return "";
  return fmt::format("`{}`", environment_name(section.row->path, row.name));
}

std::string docs_row(const Section& section, const FoundOption& option) {
  const OptionRow& row = *option.row;
  const std::string words = default_words(option);
  const bool is_code = !row.is_required && !default_toml(option).empty();
  return fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", row.name, name_of(row.type),
                     is_code ? fmt::format("`{}`", cell(words)) : cell(words),
                     cell(allowed_text(row)), environment_cell(section, row),
                     row.applies == Applies::at_reload ? "yes" : "", cell(row.doc));
}

std::string reference(const Group& group, std::string_view heading) {
  std::vector<std::string> names;
  for (const OptionRow& row : group) names.push_back(fmt::format("`{}`", row.name));
  return fmt::format("As in `{}`: {}.\n", heading, fmt::join(names, ", "));
}

std::string docs_section(const Section& section, DescribedGroups& described) {
  std::string rows;
  std::string references;
  for (std::size_t index = 0; index < section.row->groups.size(); ++index) {
    const Group& group = section.row->groups[index];
    const std::string_view heading = described.heading_of(group, section.row->heading);
    if (!heading.empty()) {
      references += "\n" + reference(group, heading);
      continue;
    }
    for (const OptionRow& row : group) rows += docs_row(section, {&row, section.targets[index]});
  }
  std::string text = fmt::format("\n## `{}`\n\n{}\n", section.row->heading, section.row->doc);
  if (!rows.empty()) {
    text += "\n| setting | type | default | allowed | environment | reload | what it is |\n";
    text += "|---|---|---|---|---|---|---|\n" + rows;
  }
  return text + references;
}

std::string wrapped_comment(std::string_view text) {
  constexpr std::size_t max_line = 98;
  std::string out;
  std::string line = "#";
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (line.size() + 1 + word.size() > max_line) {
      out += line + "\n";
      line = "#";
    }
    line += " " + std::string(word);
    begin = end + 1;
  }
  return out + line + "\n";
}

std::string example_option(const FoundOption& option) {
  const OptionRow& row = *option.row;
  const std::string toml = default_toml(option);
  const std::string shown(row.example.empty() ? toml : row.example);
  std::string about = fmt::format("{} Allowed: {}.", row.doc, allowed_text(row));
  if (shown != toml && !row.is_required)
    about += fmt::format(" Default: {}.", default_words(option));
  return fmt::format("\n{}#{} = {}\n", wrapped_comment(about), row.name, shown);
}

std::string example_section(const Section& section, DescribedGroups& described) {
  // A section that is there once can stand empty; the others would add a cache or a rule.
  const bool is_optional = section.row->kind > SectionKind::cache;
  std::string heading(section.row->heading);
  if (const std::size_t name = heading.find("NAME"); name != std::string::npos) {
    heading.replace(name, 4, "sessions");
  }
  std::string text = "\n\n" + wrapped_comment(section.row->doc);
  text += fmt::format("{}{}\n", is_optional ? "#" : "", heading);
  std::string references;
  std::string_view last_reference;
  for (std::size_t index = 0; index < section.row->groups.size(); ++index) {
    const Group& group = section.row->groups[index];
    const std::string_view where = described.heading_of(group, section.row->heading);
    for (const OptionRow& row : group) {
      if (where.empty() || row.is_required) {
        text += example_option({&row, section.targets[index]});
      }
    }
    if (!where.empty() && where != last_reference) {
      references += wrapped_comment(fmt::format("All options of {} as well.", where));
      last_reference = where;
    }
  }
  return references.empty() ? text : text + "\n" + references;
}

}  // namespace

Settings specimen_settings() {
  Settings settings;
  settings.cache.rules.emplace_back();
  CacheSettings& cache = settings.caches.emplace_back();
  cache.name = "sessions";
  cache.namespace_name = cache.name;
  cache.rules.emplace_back();
  cache.memory.emplace();
  settings.origins.emplace_back();
  return settings;
}

std::string default_toml(const FoundOption& option) {
  if (const auto value = option.row->field.load(option.target)) {
    return toml_text(option.row->type, *value);
  }
  return std::string(option.row->unset_toml);
}

std::string render_config_docs() {
  Settings settings = specimen_settings();
  DescribedGroups described;
  std::string text(docs_head);
  for (const Section& section : sections_of(settings)) text += docs_section(section, described);
  return text;
}

std::string render_example_config() {
  Settings settings = specimen_settings();
  DescribedGroups described;
  std::string text(example_head);
  for (const Section& section : sections_of(settings)) text += example_section(section, described);
  return text;
}

}  // namespace nacre::assembly
