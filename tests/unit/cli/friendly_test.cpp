#include "cli/friendly.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/utf8.hpp"

namespace nacre::cli {
namespace {

TEST(FriendlyDuration, has_at_most_two_units) {
  EXPECT_EQ(friendly_duration(0), "0ms");
  EXPECT_EQ(friendly_duration(999), "999ms");
  EXPECT_EQ(friendly_duration(1000), "1.0s");
  EXPECT_EQ(friendly_duration(59'999), "59.9s");
  EXPECT_EQ(friendly_duration(60'000), "1m 0s");
  EXPECT_EQ(friendly_duration(3'599'999), "59m 59s");
  EXPECT_EQ(friendly_duration(3'600'000), "1h 0m");
  EXPECT_EQ(friendly_duration(86'399'999), "23h 59m");
  EXPECT_EQ(friendly_duration(90'000'000), "1d 1h");
}

TEST(FriendlyBytes, takes_the_largest_unit_that_fits) {
  EXPECT_EQ(friendly_bytes(0), "0B");
  EXPECT_EQ(friendly_bytes(1023), "1023B");
  EXPECT_EQ(friendly_bytes(1024), "1.0KiB");
  EXPECT_EQ(friendly_bytes(1536), "1.5KiB");
  EXPECT_EQ(friendly_bytes(std::int64_t{256} << 20), "256.0MiB");
  EXPECT_EQ(friendly_bytes(std::int64_t{5} << 50), "5120.0TiB");
}

TEST(Printable, keeps_text_and_escapes_the_rest) {
  EXPECT_EQ(printable("caf\xC3\xA9 \xE2\x82\xAC"), "caf\xC3\xA9 \xE2\x82\xAC");
  EXPECT_EQ(printable("a\nb\tc\x1b\x7f\xC2\x9b"), "a\\nb\\tc\\x1b\\x7f\\x9b");
  EXPECT_EQ(printable("\xFFz"), "\xEF\xBF\xBDz");
}

RC_GTEST_PROP(Printable, is_always_harmless_text, (const std::string& text)) {
  const std::string shown = printable(text);
  RC_ASSERT(is_valid_utf8(shown));
  RC_ASSERT(!has_control_characters(shown));
}

TEST(FriendlyFields, show_lists_and_nested_objects) {
  const JsonNode object = JsonNode::parse(
      R"({"a":{"b":{"c":1}},"list":["x",2,null],"rows":[{"d":1}],"big_ms":-1,"text_ms":"soon",)"
      R"("none":[]})");
  const std::vector<std::pair<std::string, std::string>> expected{
      {"a.b.c", "1"},   {"list", "x, 2, null"}, {"rows", R"([{"d":1}])"},
      {"big_ms", "-1"}, {"text_ms", "soon"},    {"none", ""}};
  EXPECT_EQ(friendly_fields(object), expected);
}

TEST(JsonNode, is_absent_rather_than_wrong) {
  const JsonNode node = JsonNode::parse(R"({"n":1.5,"big":18446744073709551615,"s":"5"})");
  EXPECT_TRUE(node.member("missing").is_absent());
  EXPECT_TRUE(node.member("n").member("deeper").is_absent());
  EXPECT_EQ(node.member("missing").text(), "");
  EXPECT_TRUE(node.member("s").elements().empty());
  EXPECT_FALSE(node.member("n").integer());
  EXPECT_FALSE(node.member("big").integer());
  EXPECT_FALSE(node.member("s").integer());
  EXPECT_FALSE(JsonNode::try_parse("{"));
  EXPECT_FALSE(JsonNode::try_parse(std::string(100, '[') + std::string(100, ']')));
}

}  // namespace
}  // namespace nacre::cli
