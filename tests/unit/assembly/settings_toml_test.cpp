#include "assembly/settings_toml.hpp"

#include <gtest/gtest.h>

#include <string>

namespace nacre::assembly {
namespace {

ConfigNode::Table parsed(const std::string& text, bool& is_valid) {
  Problems problems;
  ConfigNode::Table table = parse_toml(text, "f.toml", problems);
  is_valid = problems.empty();
  return table;
}

std::string problem_of(const std::string& text) {
  Problems problems;
  parse_toml(text, "f.toml", problems);
  return problems.empty() ? "(none)" : std::move(problems).take().front().message();
}

std::string dotted(std::size_t parts) {
  std::string key = "a";
  for (std::size_t part = 1; part < parts; ++part) key += ".a";
  return key;
}

TEST(ParseToml, keeps_values_with_their_places) {
  bool is_valid = false;
  const ConfigNode::Table table =
      parsed("[b]\nx = true\n y = 1.5\n[a]\nz = [\"t\", 7]\n", is_valid);
  ASSERT_TRUE(is_valid);
  ASSERT_EQ(table.entries.size(), 2u);
  EXPECT_EQ(table.entries[0].key, "b");  // the order of the file, not of the alphabet
  const auto& b = std::get<ConfigNode::Table>(table.entries[0].content);
  EXPECT_TRUE(std::get<bool>(b.entries[0].content));
  EXPECT_EQ(b.entries[1].key_position.line, 3u);
  EXPECT_EQ(b.entries[1].key_position.column, 2u);
  EXPECT_EQ(b.entries[1].position.column, 6u);
  EXPECT_DOUBLE_EQ(std::get<double>(b.entries[1].content), 1.5);
  const auto& a = std::get<ConfigNode::Table>(table.entries[1].content);
  const auto& array = std::get<ConfigNode::Array>(a.entries[0].content);
  EXPECT_EQ(std::get<std::string>(array.elements[0].content), "t");
  EXPECT_EQ(std::get<std::int64_t>(array.elements[1].content), 7);
}

TEST(ParseToml, refuses_keys_that_would_nest_deeply_and_names_the_line) {
  EXPECT_EQ(problem_of(dotted(16) + " = 1"), "(none)");
  EXPECT_EQ(problem_of("\n\n" + dotted(17) + " = 1"),
            "f.toml:3:1: a key has too many parts; allowed: at most 16");
  EXPECT_NE(problem_of("[" + dotted(500'000) + "]"), "(none)");
  EXPECT_NE(problem_of("x = [\n{ " + dotted(17) + " = 1 }]"), "(none)");
  EXPECT_NE(problem_of("\"\"." + dotted(17) + " = 1"), "(none)");
}

TEST(ParseToml, dots_in_strings_and_comments_are_no_parts) {
  const std::string dots(40, '.');
  EXPECT_EQ(problem_of("# " + dots + "\n"), "(none)");
  EXPECT_EQ(problem_of("x = \"" + dots + "\\\"" + dots + "\"\n"), "(none)");
  EXPECT_EQ(problem_of("x = '" + dots + "'\n"), "(none)");
  EXPECT_EQ(problem_of("x = \"\"\"\n" + dots + "\n\"" + dots + "\"\"\"\n"), "(none)");
  EXPECT_EQ(problem_of("x = '''" + dots + "'''\n"), "(none)");
  EXPECT_NE(problem_of("x = \"\"\"\n\n\"\"\"\n" + dotted(17) + " = 1\n").find("f.toml:4:1"),
            std::string::npos);
}

TEST(ParseToml, refuses_deep_arrays) {
  EXPECT_NE(problem_of("x = " + std::string(100'000, '[')), "(none)");
}

// The library asserts on this one.
TEST(ParseToml, refuses_what_the_library_does_not_expect) {
  EXPECT_EQ(problem_of("[="), "f.toml: not valid TOML: a key is not understood");
}

TEST(ParseToml, says_what_is_wrong_in_one_printable_line) {
  const std::string problem = problem_of("x = \x01\n");
  EXPECT_TRUE(problem.starts_with("f.toml:1:")) << problem;
  EXPECT_EQ(problem.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace nacre::assembly
