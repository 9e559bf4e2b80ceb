#include "base/glob.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/utf8.hpp"

namespace nacre {
namespace {

using namespace std::string_view_literals;

bool matches(std::string_view pattern, std::string_view text) {
  const auto glob = Glob::parse(pattern);
  EXPECT_TRUE(glob) << pattern << ": " << glob.reason();
  return glob && glob->matches(text);
}

TEST(Glob, a_pattern_without_wildcards_matches_itself_alone) {
  EXPECT_TRUE(matches("user:1", "user:1"));
  EXPECT_FALSE(matches("user:1", "user:12"));
  EXPECT_FALSE(matches("user:1", "xuser:1"));
  EXPECT_FALSE(matches("user:1", ""));
}

TEST(Glob, a_star_takes_any_text_also_none) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*", "anything"));
  EXPECT_TRUE(matches("user:*", "user:"));
  EXPECT_TRUE(matches("user:*:name", "user:1:name"));
  EXPECT_TRUE(matches("user:*:name", "user:1:name:name"));
  EXPECT_FALSE(matches("user:*:name", "user:1:name:x"));
  EXPECT_TRUE(matches("**a**", "bab"));
  EXPECT_TRUE(matches("a*b*c", "a--b--b--c"));
  EXPECT_FALSE(matches("a*b*c", "a--c--b"));
}

TEST(Glob, a_question_mark_takes_one_character_not_one_byte) {
  EXPECT_TRUE(matches("?", "a"));
  EXPECT_TRUE(matches("?", "ä"));
  EXPECT_TRUE(matches("?", "漢"));
  EXPECT_TRUE(matches("?", "😀"));
  EXPECT_FALSE(matches("??", "😀"));
  EXPECT_FALSE(matches("*??", "😀"));
  EXPECT_FALSE(matches("?", ""));
  EXPECT_TRUE(matches("a?c", "abc"));
  EXPECT_TRUE(matches("?", "\xFF"));
  EXPECT_TRUE(matches("??", "\xFF\x80"));
}

TEST(Glob, a_class_takes_one_of_its_characters) {
  EXPECT_TRUE(matches("[abc]", "b"));
  EXPECT_FALSE(matches("[abc]", "d"));
  EXPECT_TRUE(matches("item:[0-9][0-9]", "item:42"));
  EXPECT_FALSE(matches("item:[0-9]", "item:x"));
  EXPECT_TRUE(matches("[a-cx-z]", "y"));
  EXPECT_TRUE(matches("[а-я]", "ж"));
  EXPECT_FALSE(matches("[а-я]", "z"));
  EXPECT_TRUE(matches("[^0-9]", "x"));
  EXPECT_TRUE(matches("[!0-9]", "ж"));
  EXPECT_FALSE(matches("[!0-9]", "5"));
  EXPECT_FALSE(matches("[!0-9]", ""));
  EXPECT_TRUE(matches("[]]", "]"));
  EXPECT_TRUE(matches("[^]]", "["));
  EXPECT_TRUE(matches("[a-]", "-"));
  EXPECT_TRUE(matches("[-a]", "-"));
  EXPECT_TRUE(matches("[\\]]", "]"));
  EXPECT_TRUE(matches("[*?]", "*"));
  EXPECT_FALSE(matches("[*?]", "x"));
  EXPECT_TRUE(matches("[\\a-\\c]", "b"));
  // What is not text is in no class, and so in every negated one.
  EXPECT_FALSE(matches("[\xEF\xBF\xBD]", "\xFF"));
  EXPECT_TRUE(matches("[^a]", "\xFF"));
}

TEST(Glob, a_backslash_makes_a_character_itself) {
  EXPECT_TRUE(matches("\\*", "*"));
  EXPECT_FALSE(matches("\\*", "x"));
  EXPECT_TRUE(matches("\\?\\[\\\\", "?[\\"));
  EXPECT_TRUE(matches("\\ä", "ä"));
  EXPECT_TRUE(matches("{a,b}]-^", "{a,b}]-^"));
}

TEST(Glob, says_what_is_wrong_with_a_pattern_and_where) {
  const auto reason = [](std::string_view pattern) { return Glob::parse(pattern).reason(); };
  EXPECT_NE(reason("a[bc").find("a class is not closed with ] (at byte 1)"), std::string::npos);
  EXPECT_NE(reason("[]").find("not closed"), std::string::npos);
  EXPECT_NE(reason("[").find("not closed"), std::string::npos);
  EXPECT_NE(reason("[^").find("not closed"), std::string::npos);
  EXPECT_NE(reason("[a-").find("not closed"), std::string::npos);
  EXPECT_NE(reason("[z-a]").find("a range runs backwards (at byte 1)"), std::string::npos);
  EXPECT_NE(reason("ab\\").find("a backslash at the end"), std::string::npos);
  EXPECT_NE(reason("[a\\").find("a backslash at the end"), std::string::npos);
  EXPECT_NE(reason("").find("is empty"), std::string::npos);
  EXPECT_NE(reason("\xFF").find("is not UTF-8"), std::string::npos);
  EXPECT_NE(reason(std::string(1025, 'a')).find("1025 bytes long"), std::string::npos);
  EXPECT_TRUE(Glob::parse(std::string(1024, 'a')));
  EXPECT_FALSE(Glob::parse(std::string(1 << 20, '*')));
}

TEST(Glob, knows_what_every_match_begins_with) {
  const auto prefix = [](std::string_view pattern) {
    return std::string(Glob::parse(pattern)->literal_prefix());
  };
  EXPECT_EQ(prefix("user:*:name"), "user:");
  EXPECT_EQ(prefix("user:?"), "user:");
  EXPECT_EQ(prefix("us\\*er[0]"), "us*er");
  EXPECT_EQ(prefix("*x"), "");
  EXPECT_EQ(prefix("[a]x"), "");
  EXPECT_EQ(prefix("all"), "all");
  EXPECT_TRUE(Glob::parse("a\\*b")->is_literal());
  EXPECT_FALSE(Glob::parse("a*")->is_literal());
  EXPECT_FALSE(Glob::parse("*")->is_literal());
}

TEST(Glob, the_longest_patterns_and_texts_take_milliseconds) {
  struct Case {
    std::string pattern;
    std::string text;
  };
  std::string stars;
  for (int i = 0; i < 511; ++i) stars += "a*";
  std::string questions;
  for (int i = 0; i < 340; ++i) questions += "?*a";
  const Case cases[] = {
      {"a*a*a*a*a*a*a*b", std::string(64, 'a')},
      {stars + "b", std::string(1024, 'a')},
      {stars + "b", std::string(65536, 'a')},
      {questions + "b", std::string(65536, 'a')},
      {"*" + std::string(1000, 'a') + "b", std::string(65536, 'a')},
      {"*" + std::string(1000, '?') + "b", std::string(65536, 'a')},
      {"*[!b][!b][!b][!b][!b][!b][!b][!b]b*c", std::string(65536, 'a')},
      {std::string(1023, '*') + "b", std::string(65536, 'a')},
  };
  for (const Case& each : cases) {
    // An exponential matcher needs longer than the age of the universe for the second case: there
    // the time limit of the test program is what fails.
    EXPECT_FALSE(matches(each.pattern, each.text)) << each.pattern.substr(0, 40);
  }
}

// The definition, tried out exhaustively. Patterns of *, ?, letters and one kind of class.
bool reference_matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    if (reference_matches(pattern.substr(1), text)) return true;
    if (text.empty()) return false;
    return reference_matches(pattern, text.substr(first_utf8_step(text).length_bytes));
  }
  if (text.empty()) return false;
  const Utf8Step step = first_utf8_step(text);
  const std::string_view rest = text.substr(step.length_bytes);
  if (pattern.front() == '?') return reference_matches(pattern.substr(1), rest);
  if (pattern.starts_with("[^b]")) {
    return step.code_point != U'b' && reference_matches(pattern.substr(4), rest);
  }
  if (pattern.starts_with("[a-c]")) {
    return step.code_point >= U'a' && step.code_point <= U'c' &&
           reference_matches(pattern.substr(5), rest);
  }
  const Utf8Step wanted = first_utf8_step(pattern);
  return wanted.code_point == step.code_point && wanted.is_valid == step.is_valid &&
         reference_matches(pattern.substr(wanted.length_bytes), rest);
}

RC_GTEST_PROP(Glob, agrees_with_the_definition, ()) {
  const auto join = [](const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) all += part;
    return all;
  };
  const std::string pattern = join(*rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "b", "ä", "*", "*", "*", "?", "?", "[^b]", "[a-c]"))));
  const std::string text = join(*rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "a", "b", "c", "ä", "\xC3", "\xA4")));
  RC_PRE(pattern.size() < 40 && text.size() < 30);
  const auto glob = Glob::parse(pattern);
  RC_ASSERT(static_cast<bool>(glob));
  const bool expected = reference_matches(pattern, text);
  RC_CLASSIFY(expected, "matches");
  RC_ASSERT(glob->matches(text) == expected);
  if (expected) RC_ASSERT(text.starts_with(glob->literal_prefix()));
}

RC_GTEST_PROP(Glob, an_escaped_text_matches_itself_and_is_literal, ()) {
  std::string text = *rc::gen::nonEmpty(rc::gen::container<std::string>(
      rc::gen::element('a', '*', '?', '[', ']', '\\', '-', '^', '!', ':')));
  text.resize(std::min<std::size_t>(text.size(), 500));
  const auto glob = Glob::parse(Glob::escape(text));
  RC_ASSERT(static_cast<bool>(glob));
  RC_ASSERT(glob->is_literal());
  RC_ASSERT(glob->literal_prefix() == text);
  RC_ASSERT(glob->matches(text));
  RC_ASSERT(!glob->matches(text + "a"));
}

RC_GTEST_PROP(Glob, any_bytes_are_compiled_or_refused_with_a_reason, (const std::string& bytes)) {
  const auto glob = Glob::parse(bytes);
  RC_ASSERT(static_cast<bool>(glob) == glob.reason().empty());
  if (glob) static_cast<void>(glob->matches(bytes));
}

}  // namespace
}  // namespace nacre
