// JSON: what is written, and what is refused.
#include "nacre/json.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "refusal.hpp"
#include "support/described_order.hpp"

namespace nacre {
namespace {

using samples::Order;
using ::testing::HasSubstr;

template <class T>
std::string json_of(const T& value) {
  return Json<T>::encode(value);
}

template <class T>
std::string refusal_of(std::string_view text) {
  return message_of([text] { static_cast<void>(Json<T>::decode(text)); });
}

TEST(Json, writes_each_kind_as_documented) {
  EXPECT_EQ(json_of(true), "true");
  EXPECT_EQ(json_of(-5), "-5");
  EXPECT_EQ(json_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(json_of(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(json_of(0.1), "0.1");
  EXPECT_EQ(json_of(0.1F), "0.1");
  EXPECT_EQ(json_of(1e300), "1e+300");
  EXPECT_EQ(json_of(std::vector<int>{1, 2}), "[1,2]");
  EXPECT_EQ(json_of(std::vector<std::byte>{std::byte{0xFF}}), R"("/w==")");
  EXPECT_EQ(json_of(std::vector<std::uint8_t>{0, 1, 2}), R"("AAEC")");
  EXPECT_EQ(json_of(std::map<std::string, int>{{"a", 1}, {"b", 2}}), R"({"a":1,"b":2})");
  EXPECT_EQ(json_of(std::map<int, int>{{1, 2}}), "[[1,2]]");
  EXPECT_EQ(json_of(std::optional<int>()), "null");
  EXPECT_EQ(json_of(std::optional<int>(3)), "3");
  EXPECT_EQ(json_of(std::variant<int, std::string>("x")), R"({"1":"x"})");
  EXPECT_EQ(json_of(std::tuple<int, bool>(1, true)), "[1,true]");
  EXPECT_EQ(json_of(std::chrono::milliseconds(250)), "250");
  EXPECT_EQ(json_of(std::chrono::duration<double>(0.5)), "0.5");
  EXPECT_EQ(json_of(std::chrono::sys_seconds(std::chrono::seconds(0))),
            R"("1970-01-01T00:00:00Z")");
  EXPECT_EQ(json_of(samples::Plan::paid), R"("paid")");
}

TEST(Json, writes_bases_before_members) {
  EXPECT_THAT(json_of(Order()), ::testing::StartsWith(R"({"id":-1,"plan":"trial","name":"",)"));
}

TEST(Json, escapes_texts) {
  EXPECT_EQ(json_of(std::vector<std::string>{std::string("\"\\\n\t\x01\0/", 7)}),
            R"(["\"\\\n\t\u0001\u0000/"])");
}

TEST(Json, reads_escapes_and_every_plane) {
  EXPECT_EQ(Json<std::string>::decode(R"("\u0041\u00e4\u20ac\ud83d\ude00\/\u0000")"),
            std::string("A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80/\0", 12));
  EXPECT_EQ(Json<std::string>::decode(" \n\t\r\"x\" "), "x");
  // Longer than the parser's own buffer, with escapes on both sides of its end.
  std::string text = "\"";
  std::string expected;
  for (int index = 0; index < 3000; ++index) {
    text += index % 7 == 0 ? "\\n" : "x";
    expected += index % 7 == 0 ? '\n' : 'x';
  }
  EXPECT_EQ(Json<std::string>::decode(text + '"'), expected);
}

TEST(Json, refuses_what_is_not_one_json_value) {
  const std::string_view texts[] = {"",
                                    " ",
                                    "{",
                                    "[",
                                    "[1",
                                    "[1,",
                                    "[1,]",
                                    "[,1]",
                                    "{\"a\"}",
                                    "{\"a\":}",
                                    "{\"a\":1,}",
                                    "{a:1}",
                                    "{'a':1}",
                                    "nul",
                                    "nulll",
                                    "True",
                                    "+1",
                                    "01",
                                    "1.",
                                    ".5",
                                    "-",
                                    "1e",
                                    "1e+",
                                    "0x10",
                                    "NaN",
                                    "Infinity",
                                    "-Infinity",
                                    "1 2",
                                    "{}{}",
                                    "[] ]",
                                    "/* */ 1",
                                    "1 // one",
                                    "\xEF\xBB\xBF"
                                    "1",
                                    "\"",
                                    "\"\\x\"",
                                    "\"\\u12\"",
                                    "\"\n\"",
                                    "\"\t\"",
                                    "\"\\ud800\"",
                                    "\"\\udc00\"",
                                    "\"\\ud800\\u0041\"",
                                    "\"\xFF\"",
                                    "\"\xC0\x80\"",
                                    "\"\xED\xA0\x80\"",
                                    "\"\xF5\x80\x80\x80\"",
                                    "\"\xE2\x82\"",
                                    "[1}",
                                    "{\"a\":1]"};
  for (const std::string_view text : texts) {
    EXPECT_THAT(refusal_of<Order>(text), HasSubstr("not JSON at byte")) << text;
    EXPECT_EQ(code_of([text] { static_cast<void>(Json<Order>::decode(text)); }),
              Errc::deserialization_failed)
        << text;
  }
  EXPECT_THAT(refusal_of<std::string>(std::string_view("\"a\0b\"", 5)), HasSubstr("not JSON"));
  EXPECT_THAT(refusal_of<int>(std::string_view("1\0", 2)), HasSubstr("more after the value"));
}

TEST(Json, refuses_a_name_twice_at_any_depth) {
  const std::string_view texts[] = {R"({"a":1,"a":1})", R"({"a":1,"\u0061":1})",
                                    R"([{"x":{"b":1,"c":2,"b":3}}])", R"({"":1,"":2})"};
  for (const std::string_view text : texts) {
    EXPECT_THAT(refusal_of<Order>(text), HasSubstr("has a name twice")) << text;
  }
  EXPECT_NO_THROW(Json<Order>::decode(R"({"x":{"a":1},"a":{"a":2},"y":[{"a":1},{"a":1}]})"));
}

TEST(Json, takes_many_names_in_good_time) {
  std::string text = "{";
  for (int index = 0; index < 50'000; ++index) text += "\"n" + std::to_string(index) + "\":0,";
  text += "\"last\":0}";

  EXPECT_EQ((Json<std::map<std::string, int>>::decode(text).size()), 50'001U);
}

TEST(Json, limits_the_depth_before_the_stack_does) {
  const auto nested = [](std::size_t depth, std::string_view open, std::string_view close) {
    std::string text = R"({"unknown":)";
    for (std::size_t level = 1; level < depth; ++level) text += open;
    text += '1';
    for (std::size_t level = 1; level < depth; ++level) text += close;
    return text + '}';
  };
  EXPECT_NO_THROW(Json<Order>::decode(nested(32, "[", "]")));
  EXPECT_NO_THROW(Json<Order>::decode(nested(32, R"({"a":)", "}")));
  EXPECT_THAT(refusal_of<Order>(nested(33, "[", "]")), HasSubstr("too deep"));
  EXPECT_THAT(refusal_of<Order>(nested(33, R"({"a":)", "}")), HasSubstr("too deep"));
  EXPECT_THAT(refusal_of<Order>(std::string(1'000'000, '[')), HasSubstr("too deep"));
}

TEST(Json, writes_nothing_it_would_not_read) {
  Order deepest;
  for (int level = 0; level < 20; ++level) {
    Order outer;
    outer.parts.push_back(std::move(deepest));
    deepest = std::move(outer);
  }
  EXPECT_THAT(message_of([&] { static_cast<void>(json_of(deepest)); }),
              HasSubstr("$.parts[0].parts[0].parts[0]"));
  EXPECT_THAT(message_of([&] { static_cast<void>(json_of(deepest)); }),
              HasSubstr("nested deeper than 32"));
}

TEST(Json, reads_numbers_exactly_or_not_at_all) {
  EXPECT_EQ(Json<std::int64_t>::decode("9007199254740993"), 9'007'199'254'740'993);
  EXPECT_EQ(Json<std::int64_t>::decode("-9223372036854775808"),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Json<std::uint64_t>::decode("18446744073709551615"),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(Json<int>::decode("-0"), 0);
  EXPECT_EQ(Json<unsigned>::decode("-0"), 0U);
  EXPECT_TRUE(std::signbit(Json<double>::decode("-0")));
  EXPECT_EQ(Json<double>::decode("7"), 7.0);
  EXPECT_EQ(Json<double>::decode("2.2250738585072011e-308"), 2.2250738585072011e-308);
  EXPECT_EQ(Json<double>::decode(std::string(300, '1')), std::stod(std::string(300, '1')));
  EXPECT_EQ(Json<float>::decode("16777217"), 16777216.0F);

  EXPECT_THAT(refusal_of<std::int8_t>("128"), HasSubstr("from -128 to 127"));
  EXPECT_THAT(refusal_of<std::uint8_t>("-1"), HasSubstr("from 0 to 255"));
  EXPECT_THAT(refusal_of<std::int64_t>("9223372036854775808"), HasSubstr("out of this range"));
  EXPECT_THAT(refusal_of<std::uint64_t>("18446744073709551616"), HasSubstr("out of this range"));
  EXPECT_THAT(refusal_of<std::uint64_t>(std::string(400, '9')), HasSubstr("out of this range"));
  for (const std::string_view text : {"1.0", "1e2", "-0.5", "0.0", "1E0"}) {
    EXPECT_THAT(refusal_of<int>(text), HasSubstr("with a fraction or an exponent")) << text;
    EXPECT_THAT(refusal_of<unsigned>(text), HasSubstr("with a fraction or an exponent")) << text;
  }
  for (const std::string& text :
       {std::string("1e400"), std::string("-1e400"), std::string(400, '9')}) {
    EXPECT_THAT(refusal_of<double>(text), HasSubstr("out of the range")) << text;
  }
  EXPECT_THAT(refusal_of<double>("1e99999999999999999999"), HasSubstr("exponent overflow"));
  EXPECT_THAT(refusal_of<float>("1e39"), HasSubstr("out of the range"));
}

TEST(Json, has_no_text_for_what_is_not_finite) {
  samples::Numbers numbers;
  numbers.reals = {{1.0}, {std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_EQ(message_of([&] { static_cast<void>(json_of(numbers)); }),
            "$.reals[1]: NaN has no JSON, only finite numbers have");
  EXPECT_THAT(message_of([] { json_of(-std::numeric_limits<float>::infinity()); }),
              HasSubstr("infinity has no JSON"));
  EXPECT_EQ(code_of([&] { static_cast<void>(json_of(numbers)); }), Errc::serialization_failed);
}

TEST(Json, writes_only_utf8) {
  samples::Address address{.city = "\xFF"};
  EXPECT_THAT(message_of([&] { static_cast<void>(json_of(address)); }),
              HasSubstr("$.city: the text is not UTF-8"));
  EXPECT_THAT(message_of([] { json_of(std::map<std::string, int>{{"\x80", 1}}); }),
              HasSubstr("$[0]: the text is not UTF-8"));
}

TEST(Json, says_where_something_else_stands) {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  const Case cases[] = {
      {R"([])", "$: expected an object, found an array"},
      {R"({"name":null})", "$.name: expected a string, found null"},
      {R"({"billing":{"zip":"10115"}})", "$.billing.zip: expected an integer, found a string"},
      {R"({"billing":[]})", "$.billing: expected an object, found an array"},
      {R"({"stock":{"k":[1],"l":[1,true]}})",
       "$.stock[1][1]: expected an integer, found a boolean"},
      {R"({"parts":[{},{"name":{}}]})", "$.parts[1].name: expected a string, found an object"},
      {R"({"labels":[[1]]})", "$.labels[0]: expected an array of 2 elements, found 1 element"},
      {R"({"labels":[[1,"a"],[1,"b"]]})", "$.labels[1]: a key is there twice"},
      {R"({"tags":["a","b","a"]})", "$.tags[2]: an element is there twice"},
      {R"({"numbers":{"point":[1,2]}})",
       "$.numbers.point: expected an array of 3 elements, found 2 elements"},
      {R"({"plan":"gold"})", "$.plan: found another string, allowed are free, trial, paid"},
      {R"({"plan":1})", "$.plan: expected a string, found a number"},
      {R"({"delivery":{"4":1}})",
       "$.delivery[0]: expected one member, named by an index from 0 to 3"},
      {R"({"delivery":{"01":1}})",
       "$.delivery[0]: expected one member, named by an index from 0 to 3"},
      {R"({"delivery":{"1":"x"}})", "$.delivery.1: expected an integer, found a string"},
      {R"({"delivery":{"0":1}})", "$.delivery.0: expected null, found a number"},
      {R"({"delivery":{}})", "$.delivery: expected an object of 1 member, found 0 members"},
      {R"({"photo":"A==="})", "$.photo: expected a string in base64, found another string"},
      {R"({"photo":[1]})", "$.photo: expected a string in base64, found an array"},
      {R"({"flags":[1]})", "$.flags[0]: expected a boolean, found a number"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(refusal_of<Order>(each.text), each.message) << each.text;
  }
  EXPECT_THAT(refusal_of<Order>(R"({"times":{"created":"yesterday"}})"), HasSubstr("RFC 3339"));
  EXPECT_THAT(refusal_of<Order>(R"({"times":{"created":5}})"), HasSubstr("found a number"));
}

TEST(Json, never_shows_the_value_in_a_message) {
  for (const std::string_view text :
       {R"({"plan":"hunter2"})", R"({"sites":{"hunter2":3}})", R"({"times":{"day":"hunter2"}})",
        R"({"hunter2":1,"hunter2":2})", R"({"name":hunter2})", R"({"photo":"hunter2"})"}) {
    EXPECT_THAT(refusal_of<Order>(text), ::testing::Not(HasSubstr("hunter2")));
  }
}

TEST(Json, skips_unknown_members_and_keeps_defaults_of_missing_ones) {
  const auto address = Json<samples::Address>::decode(
      R"({"planet":{"a":[1,{"b":null}]},"zip":7,"__proto__":1e400})");

  EXPECT_EQ(address, (samples::Address{.city = "Berlin", .zip = 7}));
}

TEST(Json, is_cut_at_every_byte_without_harm) {
  const std::string whole = json_of(samples::full_order());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(code_of([&] { static_cast<void>(Json<Order>::decode(whole.substr(0, size))); }),
              Errc::deserialization_failed)
        << size;
  }
}

TEST(Json, survives_any_changed_byte) {
  const std::string whole = json_of(samples::full_order());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\0', '"', '\\', '{', ']', '9', '\xFF'}) {
      std::string changed = whole;
      changed[at] = byte;
      try {
        static_cast<void>(Json<Order>::decode(changed));
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), Errc::deserialization_failed);
      }
    }
  }
}

TEST(JsonWriter, holds_a_layout_to_its_counts) {
  const auto refused = [](auto write) {
    return code_of([&] {
             JsonWriter out;
             write(out);
             static_cast<void>(out.take());
           }) == Errc::serialization_failed;
  };
  EXPECT_TRUE(refused([](JsonWriter&) {}));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.begin_array(1); }));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.begin_array(1), out.end_array(); }));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.begin_array(0), out.null(); }));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.begin_array(0), out.end_object(); }));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.begin_object(1), out.null(); }));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.begin_object(1), out.key("a"), out.key("b"); }));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.null(), out.null(); }));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.end_array(); }));
  EXPECT_TRUE(refused([](JsonWriter& out) { out.field("a"); }));
}

TEST(JsonReader, holds_a_layout_to_its_counts) {
  const auto refused = [](std::string_view text, auto read) {
    return code_of([&] {
             JsonReader in(text);
             read(in);
             in.finish();
           }) == Errc::deserialization_failed;
  };
  EXPECT_TRUE(refused("1", [](JsonReader&) {}));
  EXPECT_TRUE(refused("1", [](JsonReader& in) { in.integer(), in.integer(); }));
  EXPECT_TRUE(refused("[1]", [](JsonReader& in) { in.begin_array(), in.end_array(); }));
  EXPECT_TRUE(refused("[]", [](JsonReader& in) { in.begin_array(), in.integer(); }));
  EXPECT_TRUE(refused("[]", [](JsonReader& in) { in.begin_array(), in.key(); }));
  EXPECT_TRUE(refused("{\"a\":1}", [](JsonReader& in) { in.begin_object(), in.integer(); }));
  EXPECT_TRUE(refused("{\"a\":1}", [](JsonReader& in) { in.begin_object(), in.key(), in.key(); }));
  EXPECT_TRUE(refused("{}", [](JsonReader& in) { in.begin_object(), in.end_array(); }));
  EXPECT_TRUE(refused("1", [](JsonReader& in) { in.at_field("a"); }));
}

}  // namespace
}  // namespace nacre
