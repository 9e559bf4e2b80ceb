#include "http/key_pattern.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "nacre/error.hpp"

namespace nacre {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Texts = std::optional<std::vector<std::string>>;

Texts found(const std::string& match, std::string_view key) {
  const auto captures = KeyPattern(match).find(key);
  if (!captures) return std::nullopt;
  std::vector<std::string> texts;
  for (std::size_t index = 0; index < captures->count(); ++index) {
    texts.emplace_back((*captures)[index]);
  }
  return texts;
}

std::string refusal(const std::string& match) {
  try {
    const KeyPattern pattern(match);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.message();
  }
  return "accepted";
}

TEST(KeyPattern, name_captures_one_segment) {
  EXPECT_THAT(found("product:{id}", "product:42").value(), ElementsAre("42"));
  EXPECT_EQ(found("product:{id}", "product:42:stock"), std::nullopt);
  EXPECT_EQ(found("product:{id}", "product"), std::nullopt);
  EXPECT_EQ(found("product:{id}", "user:42"), std::nullopt);
  EXPECT_EQ(found("product:{id}", "my-product:42"), std::nullopt);
}

TEST(KeyPattern, name_captures_no_empty_segment) {
  EXPECT_EQ(found("product:{id}", "product:"), std::nullopt);
  EXPECT_EQ(found("{tenant}:product:{id}", ":product:1"), std::nullopt);
}

TEST(KeyPattern, several_names_capture_in_order) {
  EXPECT_THAT(found("{tenant}:product:{id}", "acme:product:7").value(), ElementsAre("acme", "7"));
}

TEST(KeyPattern, rest_captures_separators_and_may_be_empty) {
  EXPECT_THAT(found("page:{path*}", "page:a/b:c").value(), ElementsAre("a/b:c"));
  EXPECT_THAT(found("page:{path*}", "page:").value(), ElementsAre(""));
  EXPECT_EQ(found("page:{path*}", "page"), std::nullopt);
  EXPECT_THAT(found("{all*}", "x").value(), ElementsAre("x"));
}

TEST(KeyPattern, text_around_a_capture_must_match) {
  EXPECT_THAT(found("v{n}.json:x", "v12.json:x").value(), ElementsAre("12"));
  EXPECT_THAT(found("{n}.json", "a.json.json").value(), ElementsAre("a.json"));
  EXPECT_EQ(found("ab{n}ba", "aba"), std::nullopt) << "prefix and suffix must not overlap";
  EXPECT_EQ(found("v{n}.json", "v.json"), std::nullopt);
}

TEST(KeyPattern, literal_matches_itself_alone) {
  EXPECT_THAT(found("home", "home").value(), IsEmpty());
  EXPECT_EQ(found("home", "home:x"), std::nullopt);
  EXPECT_THAT(found("a{{b}}", "a{b}").value(), IsEmpty());
}

TEST(KeyPattern, refuses_what_could_be_read_in_two_ways) {
  EXPECT_THAT(refusal(""), HasSubstr("match: is empty"));
  EXPECT_THAT(refusal("{a}{b}"), HasSubstr("at most one capture between two ':'"));
  EXPECT_THAT(refusal("{a}-{b*}"), HasSubstr("at most one capture between two ':'"));
  EXPECT_THAT(refusal("{a*}:b"), HasSubstr("nothing may follow"));
  EXPECT_THAT(refusal("{a}:{a}"), HasSubstr("captured twice"));
  EXPECT_THAT(refusal("{a"), HasSubstr("without its '}'"));
  EXPECT_THAT(refusal("a}"), HasSubstr("without its '{'"));
  EXPECT_THAT(refusal("{}"), HasSubstr("1 to 32"));
  EXPECT_THAT(refusal("{A}"), HasSubstr("1 to 32"));
  EXPECT_THAT(refusal("{" + std::string(33, 'a') + "}"), HasSubstr("1 to 32"));
  EXPECT_THAT(refusal("{a}:{b}:{c}:{d}:{e}:{f}:{g}:{h}:{i}"), HasSubstr("at most 8"));
}

RC_GTEST_PROP(KeyPattern, captures_are_what_was_put_in, ()) {
  const auto segment = rc::gen::nonEmpty(
      rc::gen::container<std::string>(rc::gen::suchThat<char>([](char c) { return c != ':'; })));
  const std::string tenant = *segment;
  const std::string id = *segment;
  const auto rest = *rc::gen::arbitrary<std::string>();
  RC_ASSERT(found("{t}:p:{i}:{r*}", tenant + ":p:" + id + ":" + rest) == Texts({tenant, id, rest}));
}

}  // namespace
}  // namespace nacre
