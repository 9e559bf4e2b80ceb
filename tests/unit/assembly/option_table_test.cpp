// One loop over the table for each thing that must hold for every option, so that a new row is
// covered by being there.
#include "assembly/option_table.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "assembly/config_texts.hpp"
#include "cache/policy.hpp"
#include "nacre/error.hpp"
#include "unit/assembly/settings_fixture.hpp"

namespace nacre::assembly {
namespace {

// What each section needs besides the option under test, and how it is written in the file.
std::string file_with(const SectionRow& section, std::string_view option, std::string_view toml) {
  const std::string line = fmt::format("{} = {}\n", option, toml);
  std::string heading(section.heading);
  if (const auto name = heading.find("NAME"); name != std::string::npos) {
    heading.replace(name, 4, "sessions");
  }
  std::string text = heading + "\n" + line;
  const auto require = [&](std::string_view name, std::string_view value) {
    if (option != name) text += fmt::format("{} = {}\n", name, value);
  };
  if (section.kind == SectionKind::cache_rule || section.kind == SectionKind::named_cache_rule) {
    require("prefix", "\"p\"");
  }
  if (section.kind == SectionKind::origin) {
    require("match", "\"product:{id}\"");
    require("url", "\"https://localhost/{id}\"");
  }
  if (section.kind == SectionKind::memory || section.kind == SectionKind::named_cache_memory) {
    // Keeps max_value_bytes and max_bytes in their order, whichever is under test.
    require("max_bytes", "\"1TiB\"");
    require("max_value_bytes", "\"1KiB\"");
  }
  if (option == "listen") text += "bearer_token_file = \"/token\"\n";
  if (option == "min_retry_delay") require("max_retry_delay", "\"1m\"");
  if (option == "max_retry_delay") require("min_retry_delay", "\"1ms\"");
  return text;
}

Section section_of(Settings& settings, SectionKind kind) {
  for (Section& section : sections_of(settings)) {
    if (section.row->kind == kind) return section;
  }
  ADD_FAILURE() << "no section of this kind";
  return {};
}

std::optional<OptionValue> value_in(Settings settings, SectionKind kind, std::string_view name) {
  const FoundOption option = find_option(section_of(settings, kind), name);
  return option.row->field.load(option.target);
}

// `value`, and for durations some nanoseconds more, which a double would lose beside years.
std::string bound(OptionType type, double value, Duration::rep more_ns = 0) {
  switch (type) {
    case OptionType::duration:
      return toml_text(type, Duration(static_cast<Duration::rep>(value) + more_ns));
    case OptionType::number:
      return toml_text(type, value);
    default:
      return toml_text(type, static_cast<std::uint64_t>(value));
  }
}

// The smallest step beyond a bound that the type can say.
double step_of(const OptionRow& row) {
  return row.type == OptionType::number ? 0.001 : 1;
}

bool is_numeric(OptionType type) {
  return type == OptionType::count || type == OptionType::size || type == OptionType::duration ||
         type == OptionType::number;
}

// A value that differs from the default, as TOML and as the text of a variable or a flag.
struct Sample {
  std::string toml;
  std::string text;
};

Sample sample_of(const OptionRow& row) {
  switch (row.type) {
    case OptionType::boolean:
      return row.name == "access_log" || row.name == "conditional" ? Sample{"false", "false"}
                                                                   : Sample{"true", "1"};
    case OptionType::count:
      return {bound(row.type, row.range.max), bound(row.type, row.range.max)};
    case OptionType::size:
    case OptionType::duration: {
      const std::string toml = bound(row.type, row.range.max);
      return {toml, toml.substr(1, toml.size() - 2)};
    }
    case OptionType::number:
      return {"0.5", "0.5"};
    case OptionType::text:
      if (row.name == "level") return {"\"error\"", "error"};
      if (row.name == "match") return {"\"user:{id}\"", "user:{id}"};
      if (row.name == "write_policy") return {"\"strict\"", "strict"};
      if (row.name == "url" && row.check != nullptr) return {"\"redis://h\"", "redis://h"};
      if (row.name == "url") return {"\"http://127.0.0.1/x\"", "http://127.0.0.1/x"};
      return {"\"other\"", "other"};
    case OptionType::text_list:
      if (row.name == "listen") return {"[\"[::]:80\", \"localhost:0\"]", "[::]:80, localhost:0"};
      if (row.name == "allowed_origins") return {"\"https://a.b:1\"", "https://a.b:1"};
      if (row.name == "pass_headers") return {"[\"traceparent\"]", "traceparent"};
      return {"[\"a\", \"b\"]", "a,b"};
    case OptionType::text_map:
      return {"{ \"x-a\" = \"b\" }", ""};
  }
  return {};
}

template <class Action>
void for_each_option(Action action) {
  for (const SectionRow& section : section_table()) {
    for (const auto& group : section.groups) {
      for (const OptionRow& row : group) {
        SCOPED_TRACE(fmt::format("{}.{}", section.path, row.name));
        action(section, row);
      }
    }
  }
}

TEST(OptionTable, kinds_stand_in_the_order_of_the_enum) {
  for (std::size_t index = 0; index < section_table().size(); ++index) {
    EXPECT_EQ(static_cast<std::size_t>(section_table()[index].kind), index);
  }
}

TEST(OptionTable, names_are_unique_in_their_section_and_snake_case) {
  for (const SectionRow& section : section_table()) {
    std::set<std::string> names;
    for (const std::string& name : option_names(section)) {
      EXPECT_TRUE(names.insert(name).second) << section.path << "." << name;
      EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << name;
    }
  }
}

TEST(OptionTable, environment_names_are_unique) {
  std::set<std::string> names;
  for (const std::string& flag : flag_names()) {
    const auto dot = flag.rfind('.');
    EXPECT_TRUE(names.insert(environment_name(flag.substr(0, dot), flag.substr(dot + 1))).second)
        << flag;
  }
}

TEST(OptionTable, every_option_says_what_it_is_in_sentences) {
  for_each_option([](const SectionRow&, const OptionRow& row) {
    EXPECT_TRUE(row.doc.ends_with('.')) << row.doc;
    EXPECT_LE(row.doc.size(), 240u);
    EXPECT_FALSE(allowed_text(row).empty());
  });
}

TEST(OptionTable, every_option_has_a_default_an_example_or_is_required) {
  Settings settings = specimen_settings();
  for_each_option([&](const SectionRow& section, const OptionRow& row) {
    const FoundOption option = find_option(section_of(settings, section.kind), row.name);
    if (row.is_required || !default_toml(option).empty()) return;
    EXPECT_FALSE(row.unset_words.empty());
    EXPECT_FALSE(row.example.empty());
  });
}

TEST(OptionTable, every_option_is_read_from_the_file) {
  for_each_option([](const SectionRow& section, const OptionRow& row) {
    const Sample sample = sample_of(row);
    const Settings settings = from_file(file_with(section, row.name, sample.toml));
    const auto value = value_in(settings, section.kind, row.name);
    ASSERT_TRUE(value);
    const std::string list = row.name == "allowed_origins" ? "[" + sample.toml + "]" : sample.toml;
    EXPECT_EQ(toml_text(row.type, *value), list);
    EXPECT_NE(value, value_in(specimen_settings(), section.kind, row.name));
  });
}

TEST(OptionTable, every_option_outside_lists_is_read_from_the_environment) {
  for_each_option([](const SectionRow& section, const OptionRow& row) {
    if (section.heading.starts_with("[[")) return;
    std::string path(section.path);
    if (const auto name = path.find("NAME"); name != std::string::npos) {
      path.replace(name, 4, "sessions");
    }
    const Settings settings = from_environment(
        {{environment_name(path, row.name), sample_of(row).text},
         {"NACRE_SERVER_BEARER_TOKEN_FILE", row.name == "bearer_token_file" ? "other" : "/token"},
         {"NACRE_MEMORY_MAX_BYTES", "1TiB"},
         {"NACRE_CACHES_SESSIONS_MEMORY_MAX_BYTES", "1TiB"}},
        "[caches.sessions]\n");
    const auto value = value_in(settings, section.kind, row.name);
    ASSERT_TRUE(value);
    EXPECT_NE(value, value_in(specimen_settings(), section.kind, row.name));
  });
}

TEST(OptionTable, every_option_outside_lists_is_read_from_flags) {
  for (const std::string& name : flag_names()) {
    SCOPED_TRACE(name);
    const auto dot = name.rfind('.');
    std::string path = name.substr(0, dot);
    const SectionRow* section = nullptr;
    for (const SectionRow& each : section_table()) {
      if (each.path == path) section = &each;
    }
    ASSERT_NE(section, nullptr);
    Settings specimen = specimen_settings();
    const OptionRow& row =
        *find_option(section_of(specimen, section->kind), name.substr(dot + 1)).row;
    if (const auto at = path.find("NAME"); at != std::string::npos) path.replace(at, 4, "sessions");
    const Settings settings =
        from_flags({fmt::format("{}.{}={}", path, row.name, sample_of(row).text)},
                   row.name == "listen" ? "[server]\nbearer_token_file = \"/token\"\n"
                                        : "[memory]\nmax_bytes = \"1TiB\"\n"
                                          "[caches.sessions.memory]\nmax_bytes = \"1TiB\"\n");
    const auto value = value_in(settings, section->kind, row.name);
    ASSERT_TRUE(value);
    EXPECT_EQ(value, value_in(from_file(file_with(*section, row.name, sample_of(row).toml)),
                              section->kind, row.name));
  }
}

TEST(OptionTable, every_default_that_is_written_out_is_the_default) {
  Settings specimen = specimen_settings();
  for_each_option([&](const SectionRow& section, const OptionRow& row) {
    const FoundOption option = find_option(section_of(specimen, section.kind), row.name);
    const std::string toml = default_toml(option);
    if (toml.empty() || row.is_required) return;
    const Settings settings = from_file(file_with(section, row.name, toml));
    const auto value = value_in(settings, section.kind, row.name);
    ASSERT_TRUE(value);
    EXPECT_EQ(toml_text(row.type, *value), toml);
  });
}

TEST(OptionTable, every_example_is_accepted) {
  for_each_option([](const SectionRow& section, const OptionRow& row) {
    if (row.example.empty()) return;
    EXPECT_EQ(file_trouble(file_with(section, row.name, row.example)), "(accepted)");
  });
}

TEST(OptionTable, every_range_holds_at_its_ends_and_not_beyond) {
  for_each_option([](const SectionRow& section, const OptionRow& row) {
    if (!is_numeric(row.type)) return;
    const auto message = [&](double value) {
      return file_trouble(file_with(section, row.name, bound(row.type, value)));
    };
    EXPECT_EQ(message(row.range.min), "(accepted)");
    EXPECT_EQ(message(row.range.max), "(accepted)");
    const std::string above = file_trouble(file_with(
        section, row.name,
        row.type == OptionType::duration ? bound(row.type, row.range.max, 1)
                                         : bound(row.type, row.range.max + step_of(row))));
    EXPECT_NE(above.find("out of range; allowed: " + allowed_text(row)), std::string::npos)
        << above;
    if (row.range.min > 0) {
      const std::string below = message(row.range.min - step_of(row));
      EXPECT_NE(below.find("out of range"), std::string::npos) << below;
      EXPECT_EQ(message(0) == "(accepted)", row.range.is_zero_allowed);
    }
  });
}

TEST(OptionTable, every_option_refuses_a_wrong_type_with_its_place_and_what_is_allowed) {
  for_each_option([](const SectionRow& section, const OptionRow& row) {
    const bool takes_text = row.type != OptionType::boolean && row.type != OptionType::count &&
                            row.type != OptionType::number;
    const std::string text = file_with(section, row.name, takes_text ? "true" : "\"x\"");
    const std::string message = file_trouble(text);
    const std::string kind = takes_text ? "is a boolean" : "is a text";
    const std::string place = fmt::format("nacre.toml:2:{}: ", row.name.size() + 4);
    EXPECT_TRUE(message.starts_with(place)) << message;
    EXPECT_NE(message.find(fmt::format("{}: {}; allowed: {}", row.name, kind, allowed_text(row))),
              std::string::npos)
        << message;
  });
}

TEST(OptionTable, every_text_refuses_control_characters) {
  for_each_option([](const SectionRow& section, const OptionRow& row) {
    std::string toml;
    if (row.type == OptionType::text) toml = "\"a\\u0007b\"";
    if (row.type == OptionType::text_list) toml = "[\"a\\u007Fb\"]";
    if (row.type == OptionType::text_map) toml = "{ \"x-a\" = \"a\\nb\" }";
    if (toml.empty()) return;
    const std::string message = file_trouble(file_with(section, row.name, toml));
    EXPECT_NE(message.find("has control characters"), std::string::npos) << message;
  });
}

TEST(OptionTable, every_list_refuses_more_than_its_limit) {
  for_each_option([](const SectionRow& section, const OptionRow& row) {
    if (row.type != OptionType::text_list) return;
    std::string toml = "[";
    for (std::size_t index = 0; index <= row.range.max; ++index) {
      toml += fmt::format("\"e{}\", ", index);
    }
    const std::string message = file_trouble(file_with(section, row.name, toml + "]"));
    EXPECT_NE(message.find(fmt::format("has {} elements", row.range.max + 1)), std::string::npos)
        << message;
  });
}

// What the library checks for callers and what the table says must be one.
TEST(OptionTable, ranges_of_cache_options_are_those_of_the_library) {
  Options options;
  for (const auto& group : row_of(SectionKind::cache).groups.subspan(1)) {
    for (const OptionRow& row : group) {
      if (!is_numeric(row.type)) continue;
      SCOPED_TRACE(row.name);
      const auto is_accepted = [&](double value) {
        options = {};
        const bool is_duration = row.type == OptionType::duration;
        row.field.store(&options, is_duration
                                      ? OptionValue(Duration(static_cast<Duration::rep>(value)))
                                      : OptionValue(value));
        try {
          check_options(options);
        } catch (const Error&) {
          return false;
        }
        return true;
      };
      EXPECT_TRUE(is_accepted(row.range.min));
      EXPECT_TRUE(is_accepted(row.range.max));
      EXPECT_FALSE(is_accepted(row.range.max + (row.type == OptionType::duration ? 1e9 : 0.001)));
      EXPECT_FALSE(is_accepted(row.range.min > 0 ? row.range.min - step_of(row) : -step_of(row)));
      EXPECT_EQ(is_accepted(0), row.range.min == 0 || row.range.is_zero_allowed);
    }
  }
}

TEST(OptionTable, documented_defaults_of_cache_options_are_those_of_the_library) {
  Options written;
  for (const auto& group : row_of(SectionKind::cache).groups.subspan(1)) {
    for (const OptionRow& row : group) {
      if (row.unset_toml.empty()) continue;
      const Settings settings =
          from_file(fmt::format("[cache]\n{} = {}\n", row.name, row.unset_toml));
      Options options = settings.cache.defaults;
      row.field.store(&written, *row.field.load(&options));
    }
  }
  const Policy expected = policy_of({});
  const Policy actual = policy_of(written);
  EXPECT_EQ(actual.ttl, expected.ttl);
  EXPECT_EQ(actual.stale_while_revalidate, expected.stale_while_revalidate);
  EXPECT_EQ(actual.stale_if_error, expected.stale_if_error);
  EXPECT_EQ(actual.negative_ttl, expected.negative_ttl);
  EXPECT_EQ(actual.sliding_ttl, expected.sliding_ttl);
  EXPECT_EQ(actual.max_ttl, expected.max_ttl);
  EXPECT_EQ(actual.ttl_jitter, expected.ttl_jitter);
  EXPECT_EQ(actual.refresh_ahead, expected.refresh_ahead);
  EXPECT_EQ(actual.early_refresh_beta, expected.early_refresh_beta);
  EXPECT_EQ(actual.soft_load_timeout, expected.soft_load_timeout);
  EXPECT_EQ(actual.load_timeout, expected.load_timeout);
  EXPECT_EQ(actual.error_backoff, expected.error_backoff);
  EXPECT_EQ(actual.tier_timeout, expected.tier_timeout);
}

}  // namespace
}  // namespace nacre::assembly
