#include "assembly/config_texts.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "unit/assembly/settings_fixture.hpp"

namespace nacre::assembly {
namespace {

std::string committed(const std::string& path) {
  std::ifstream file(std::string(NACRE_SOURCE_FOLDER) + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Takes the comment mark from the lines that are settings and headings.
std::string uncommented(const std::string& example) {
  std::istringstream lines(example);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    text += (is_setting ? line.substr(1) : line) + "\n";
  }
  return text;
}

TEST(ConfigTexts, committed_docs_are_those_of_the_table) {
  EXPECT_EQ(committed("docs/configuration.md"), render_config_docs()) << "run: ninja config_texts";
}

TEST(ConfigTexts, committed_example_is_that_of_the_table) {
  EXPECT_EQ(committed("packaging/nacre.toml"), render_example_config())
      << "run: ninja config_texts";
}

TEST(ConfigTexts, docs_name_every_option_and_variable) {
  const std::string docs = render_config_docs();
  for (const SectionRow& section : section_table()) {
    EXPECT_NE(docs.find(section.heading), std::string::npos) << section.heading;
    for (const std::string& name : option_names(section)) {
      EXPECT_NE(docs.find("`" + name + "`"), std::string::npos) << name;
    }
  }
  EXPECT_NE(docs.find("`NACRE_CACHE_STALE_IF_ERROR`"), std::string::npos);
}

TEST(ConfigTexts, example_as_it_stands_gives_the_defaults) {
  EXPECT_EQ(render_settings_json(from_file(render_example_config())),
            render_settings_json(Settings{}));
}

TEST(ConfigTexts, example_is_accepted_with_every_line_uncommented) {
  const Settings settings = from_file(uncommented(render_example_config()));
  EXPECT_EQ(settings.cache.rules.size(), 1u);
  EXPECT_EQ(settings.caches.size(), 1u);
  ASSERT_EQ(settings.origins.size(), 1u);
  EXPECT_EQ(settings.origins[0].match, "product:{id}");
}

TEST(ConfigTexts, example_lines_fit_a_terminal) {
  std::istringstream lines(render_example_config());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

}  // namespace
}  // namespace nacre::assembly
