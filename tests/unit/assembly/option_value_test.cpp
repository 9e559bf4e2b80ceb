#include "assembly/option_value.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "assembly/settings_toml.hpp"

namespace nacre::assembly {
namespace {

std::string reason(OptionType type, std::string_view text) {
  return value_from_text(type, text).reason();
}

// What the file gives for `x = toml`.
OptionValue read_back(OptionType type, const std::string& toml) {
  Problems problems;
  const ConfigNode::Table table = parse_toml("x = " + toml, "f", problems);
  return value_from_node(type, table.entries.at(0)).value();
}

TEST(OptionValue, texts_of_flags_are_trimmed_where_blanks_mean_nothing) {
  EXPECT_EQ(value_from_text(OptionType::count, " 7 ").value(), OptionValue(std::uint64_t{7}));
  EXPECT_EQ(value_from_text(OptionType::boolean, "false").value(), OptionValue(false));
  EXPECT_EQ(value_from_text(OptionType::text, " a ").value(), OptionValue(std::string(" a ")));
  EXPECT_EQ(value_from_text(OptionType::text_list, " a , b").value(),
            OptionValue(std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(value_from_text(OptionType::text_list, " ").value(),
            OptionValue(std::vector<std::string>{}));
}

TEST(OptionValue, texts_that_are_no_value_say_why) {
  EXPECT_EQ(reason(OptionType::count, "1.5"), "is not an integer");
  EXPECT_EQ(reason(OptionType::count, "-1"), "is negative");
  EXPECT_EQ(reason(OptionType::count, "99999999999999999999"), "is too large");
  EXPECT_EQ(reason(OptionType::number, "x"), "is not a number");
  EXPECT_EQ(reason(OptionType::number, "inf"), "is not finite");
  EXPECT_EQ(reason(OptionType::boolean, "TRUE"), "is neither true nor false");
  EXPECT_EQ(reason(OptionType::size, "1XB"), "has an unknown unit");
  EXPECT_EQ(reason(OptionType::text, "a\nb"), "has control characters");
  EXPECT_EQ(reason(OptionType::text_list, "a,\xFF"), "is not valid UTF-8");
  EXPECT_EQ(reason(OptionType::text_map, "a=b"), "can be given in the file only");
}

TEST(OptionValue, allowed_says_the_range_in_the_unit_of_the_type) {
  EXPECT_EQ(allowed_text(OptionType::duration, {1e6, 3600e9}), "1ms to 1h");
  EXPECT_EQ(allowed_text(OptionType::size, {1024, 1048576}), "1KiB to 1MiB");
  EXPECT_EQ(allowed_text(OptionType::number, {0.1, 0.99, true}), "0 or 0.1 to 0.99");
  EXPECT_EQ(allowed_text(OptionType::text, {1, 64}), "1 to 64 bytes of text");
  EXPECT_EQ(allowed_text(OptionType::text, {0, 64}), "at most 64 bytes of text");
}

TEST(OptionValue, a_size_of_texts_and_lists_is_limited) {
  EXPECT_EQ(range_trouble(OptionType::text, {1, 3}, std::string()), "is empty");
  EXPECT_EQ(range_trouble(OptionType::text, {1, 3}, std::string("abcd")), "is too long");
  EXPECT_EQ(range_trouble(OptionType::text_list, {1, 1}, std::vector<std::string>{"a", "b"}),
            "has 2 elements");
  EXPECT_EQ(range_trouble(OptionType::text, {1, 3}, std::string("abc")), std::nullopt);
}

RC_GTEST_PROP(OptionValue, toml_text_reads_back_as_the_same_text, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::inRange(' ', '~'));
  RC_ASSERT(read_back(OptionType::text, toml_text(OptionType::text, text)) == OptionValue(text));
}

RC_GTEST_PROP(OptionValue, toml_text_reads_back_as_the_same_duration, ()) {
  const Duration duration(*rc::gen::inRange<Duration::rep>(0, 3'600'000'000'000));
  RC_ASSERT(read_back(OptionType::duration, toml_text(OptionType::duration, duration)) ==
            OptionValue(duration));
}

RC_GTEST_PROP(OptionValue, toml_text_reads_back_as_the_same_number, ()) {
  const double number = *rc::gen::inRange(0, 1'000'000) / 1024.0;
  RC_ASSERT(read_back(OptionType::number, toml_text(OptionType::number, number)) ==
            OptionValue(number));
}

}  // namespace
}  // namespace nacre::assembly
