#include "server/json_body.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "nacre/error.hpp"

namespace nacre::server {
namespace {

std::string trouble_of(const std::string& text) {
  try {
    check_json(text, "body");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.message();
  }
}

TEST(CheckJson, takes_json) {
  for (const std::string text :
       {"0", "-0", "1.5e10", "true", "null", "\"\"", "[]", "{}", " \t\r\n[1 , 2]\n",
        R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})", R"("\ud83d\ude00")", "\"\xF0\x9F\x98\x80\"",
        "9007199254740993", "123456789012345678901234567890"}) {
    EXPECT_EQ(trouble_of(text), "") << text;
  }
  EXPECT_EQ(trouble_of(std::string(32, '[') + std::string(32, ']')), "");
}

TEST(CheckJson, refuses_what_is_not) {
  for (const std::string& text : {std::string(""),
                                  std::string(" "),
                                  std::string("nul"),
                                  std::string("01"),
                                  std::string("1."),
                                  std::string("+1"),
                                  std::string(".5"),
                                  std::string("NaN"),
                                  std::string("Infinity"),
                                  std::string("'a'"),
                                  std::string("[1,]"),
                                  std::string("{\"a\":1,}"),
                                  std::string("{a:1}"),
                                  std::string("[1"),
                                  std::string("\"a"),
                                  std::string("\"\\x\""),
                                  std::string("\"\x01\""),
                                  std::string("\"\xFF\""),
                                  std::string("\"\\ud800\""),
                                  std::string("// c\n1"),
                                  std::string("/* c */1"),
                                  std::string("1 2"),
                                  std::string("{}{}"),
                                  std::string("\xEF\xBB\xBF{}"),
                                  std::string("1\0", 2),
                                  std::string("{\"a\" 1}")}) {
    EXPECT_NE(trouble_of(text), "") << text;
  }
}

TEST(CheckJson, refuses_deep_nesting_without_recursion) {
  EXPECT_NE(trouble_of(std::string(33, '[') + std::string(33, ']')).find("32"), std::string::npos);
  EXPECT_NE(trouble_of(std::string(1'000'000, '[')).find("deeper"), std::string::npos);
  std::string objects;
  for (int depth = 0; depth < 100'000; ++depth) objects += "{\"a\":";
  EXPECT_NE(trouble_of(objects).find("deeper"), std::string::npos);
}

TEST(CheckJson, refuses_a_name_twice_however_it_is_written) {
  EXPECT_NE(trouble_of(R"({"a":1,"b":2,"a":3})").find("'a'"), std::string::npos);
  EXPECT_NE(trouble_of(R"({"a":1,"\u0061":3})").find("twice"), std::string::npos);
  EXPECT_NE(trouble_of(R"([{"x":{"k":1,"k":1}}])").find("'k'"), std::string::npos);
}

TEST(CheckJson, says_where_the_trouble_is) {
  EXPECT_NE(trouble_of("[1,2,x]").find("at byte 5"), std::string::npos);
}

TEST(JsonView, reads_in_place) {
  const std::string text =
      R"( { "s" : "a\"b\u00e9" , "n":-1.50e2,"t":true,"z":null ,"o":{"k":[1,"}",[]]},"":0 } )";
  check_json(text, "body");
  const auto members = JsonView(text).members();
  ASSERT_EQ(members.size(), 6U);
  EXPECT_EQ(members[0].first, "s");
  EXPECT_EQ(members[0].second.string(), "a\"b\xC3\xA9");
  EXPECT_EQ(members[1].second.kind(), JsonView::Kind::number);
  EXPECT_EQ(members[1].second.number(), -150.0);
  EXPECT_EQ(members[1].second.text(), "-1.50e2");
  EXPECT_TRUE(members[2].second.boolean());
  EXPECT_EQ(members[3].second.kind(), JsonView::Kind::null);
  EXPECT_EQ(members[4].second.text(), R"({"k":[1,"}",[]]})");
  const auto elements = members[4].second.members()[0].second.elements();
  ASSERT_EQ(elements.size(), 3U);
  EXPECT_EQ(elements[1].string(), "}");
  EXPECT_EQ(elements[2].text(), "[]");
  EXPECT_EQ(members[5].first, "");
}

TEST(JsonView, reads_empty_ones) {
  EXPECT_TRUE(JsonView("{ }").members().empty());
  EXPECT_TRUE(JsonView("[ ]").elements().empty());
}

TEST(JsonView, gives_infinity_for_numbers_no_double_holds) {
  EXPECT_TRUE(std::isinf(JsonView("1e999").number()));
}

}  // namespace
}  // namespace nacre::server
