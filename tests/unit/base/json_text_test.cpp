#include "base/json_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "base/utf8.hpp"

namespace nacre {
namespace {

using namespace std::string_view_literals;

std::string string_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonText, writes_nested_documents_with_commas_where_they_belong) {
  JsonText json;
  json.begin_object();
  json.member("key", "user:1").member("ttl_ms", 1500).member("is_stale", false);
  json.key("tags").begin_array().value("a").value("b").end_array();
  json.key("none").begin_array().end_array();
  json.key("details").begin_object().end_object();
  json.member("value", nullptr);
  json.key("raw").raw_value(R"({"x":[1]})");
  json.end_object();
  EXPECT_EQ(std::move(json).take(),
            R"({"key":"user:1","ttl_ms":1500,"is_stale":false,"tags":["a","b"],"none":[],)"
            R"("details":{},"value":null,"raw":{"x":[1]}})");
}

TEST(JsonText, writes_numbers_of_every_kind) {
  JsonText json;
  json.begin_array();
  json.value(std::numeric_limits<std::int64_t>::min());
  json.value(std::numeric_limits<std::uint64_t>::max());
  json.value(std::uint8_t{7}).value(std::int16_t{-7}).value(0.1).value(1e300).value(-0.0);
  json.value(std::numeric_limits<double>::infinity()).value(std::nan(""));
  json.end_array();
  EXPECT_EQ(std::move(json).take(),
            "[-9223372036854775808,18446744073709551615,7,-7,0.1,1e+300,-0,null,null]");
}

TEST(JsonText, a_single_value_is_a_document) {
  JsonText json;
  json.value(std::string("x"));
  EXPECT_EQ(std::move(json).take(), "\"x\"");
}

TEST(JsonText, escapes_what_must_not_stand_in_a_string) {
  EXPECT_EQ(string_json("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(string_json("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(string_json("\0\x1F\x7F"sv), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(string_json("\xC2\x85"), R"("\u0085")");
  EXPECT_EQ(string_json("Käse 😀"), "\"Käse 😀\"");
  EXPECT_EQ(string_json("\xE2\x80\xA8"), R"("\u2028")");
  EXPECT_EQ(string_json("a\xFF\xC3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

RC_GTEST_PROP(JsonText, a_parser_reads_back_any_text, (const std::string& text)) {
  const std::string json = string_json(text);
  RC_ASSERT(is_valid_utf8(json));
  RC_ASSERT(!has_control_characters(json));
  const boost::json::value parsed = boost::json::parse(json);
  std::string expected;
  for (std::string_view rest = text; !rest.empty();) {
    const Utf8Step step = first_utf8_step(rest);
    expected += step.is_valid ? rest.substr(0, step.length_bytes) : replacement_character_utf8;
    rest.remove_prefix(step.length_bytes);
  }
  RC_ASSERT(std::string_view(parsed.as_string()) == expected);
}

RC_GTEST_PROP(JsonText, a_parser_reads_back_any_number, (double number, std::int64_t whole)) {
  JsonText json;
  json.begin_array().value(number).value(whole).end_array();
  boost::json::parse_options options;
  const boost::json::value parsed = boost::json::parse(std::move(json).take(), {}, options);
  RC_ASSERT(parsed.at(1).as_int64() == whole);
  // Boost.JSON 1.81 reads decimals to within an ulp or two; strtod reads the shortest text exactly.
  RC_ASSERT(std::abs(parsed.at(0).to_number<double>() - number) <= std::abs(number) * 1e-14);
  std::string text;
  JsonText single;
  single.value(number);
  RC_ASSERT(std::strtod(std::move(single).take().c_str(), nullptr) == number);
}

TEST(JsonTextDeathTest, a_document_that_is_no_json_is_a_defect) {
  EXPECT_DEATH(JsonText().begin_object().value(1), "check failed");
  EXPECT_DEATH(JsonText().begin_array().key("a"), "check failed");
  EXPECT_DEATH(JsonText().begin_object().key("a").key("b"), "check failed");
  EXPECT_DEATH(JsonText().begin_object().key("a").end_object(), "check failed");
  EXPECT_DEATH(JsonText().begin_array().end_object(), "check failed");
  EXPECT_DEATH(JsonText().end_array(), "check failed");
  EXPECT_DEATH(JsonText().value(1).value(2), "check failed");
  EXPECT_DEATH(static_cast<void>(JsonText().take()), "check failed");
  EXPECT_DEATH(static_cast<void>(std::move(JsonText().begin_array()).take()), "check failed");
  EXPECT_DEATH(
      {
        JsonText json;
        for (std::size_t depth = 0; depth <= JsonText::max_depth; ++depth) json.begin_array();
      },
      "check failed");
}

}  // namespace
}  // namespace nacre
