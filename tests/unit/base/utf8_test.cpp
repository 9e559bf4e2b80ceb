#include "base/utf8.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace nacre {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

// The definition of UTF-8, written the other way round: from code points to bytes.
std::string encode(char32_t code_point) {
  const auto part = [code_point](unsigned shift, unsigned mask, unsigned lead) {
    return static_cast<char>(((code_point >> shift) & mask) | lead);
  };
  if (code_point < 0x80) return {part(0, 0x7F, 0)};
  if (code_point < 0x800) return {part(6, 0x1F, 0xC0), part(0, 0x3F, 0x80)};
  if (code_point < 0x10000) {
    return {part(12, 0x0F, 0xE0), part(6, 0x3F, 0x80), part(0, 0x3F, 0x80)};
  }
  return {part(18, 0x07, 0xF0), part(12, 0x3F, 0x80), part(6, 0x3F, 0x80), part(0, 0x3F, 0x80)};
}

bool is_scalar(char32_t code_point) {
  return code_point < 0xD800 || code_point > 0xDFFF;
}

TEST(Utf8, reads_every_code_point_back) {
  for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    const std::string bytes = encode(code_point);
    const Utf8Step step = first_utf8_step(bytes);
    ASSERT_EQ(step.is_valid, is_scalar(code_point)) << static_cast<unsigned>(code_point);
    if (!step.is_valid) continue;
    ASSERT_EQ(step.code_point, code_point);
    ASSERT_EQ(step.length_bytes, bytes.size());
  }
}

TEST(Utf8, refuses_what_the_standard_refuses) {
  for (const std::string_view text : {"\x80"sv,
                                      "\xBF"sv,
                                      "\xC0\x80"sv,
                                      "\xC1\xBF"sv,
                                      "\xE0\x80\x80"sv,
                                      "\xE0\x9F\xBF"sv,
                                      "\xED\xA0\x80"sv,
                                      "\xED\xBF\xBF"sv,
                                      "\xF0\x80\x80\x80"sv,
                                      "\xF0\x8F\xBF\xBF"sv,
                                      "\xF4\x90\x80\x80"sv,
                                      "\xF5\x80\x80\x80"sv,
                                      "\xFE"sv,
                                      "\xFF"sv,
                                      "\xC3"sv,
                                      "\xC3("sv,
                                      "\xE2\x82"sv,
                                      "\xE2\x28\xA1"sv,
                                      "\xF0\x9F\x98"sv,
                                      "\xF0\x9F\x98\x28"sv}) {
    EXPECT_FALSE(is_valid_utf8(text));
    EXPECT_FALSE(is_valid_utf8("a long ASCII text before it, "s.append(text))) << text;
    EXPECT_FALSE(is_valid_utf8(std::string(text) + " and a long ASCII text after it")) << text;
  }
}

TEST(Utf8, accepts_text_of_any_script_and_nothing) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("plain"));
  EXPECT_TRUE(is_valid_utf8("Käse 漢字 😀 \xF4\x8F\xBF\xBF"));
  EXPECT_TRUE(is_valid_utf8("\0 zero is a character"sv));
}

// A broken or valid text, not only random bytes: those are broken almost always.
std::string text_of(const std::vector<std::uint32_t>& numbers) {
  std::string text;
  for (const std::uint32_t number : numbers) {
    if (number % 11 == 0) {
      text += static_cast<char>(number >> 8U);
    } else {
      text += encode((number >> 4U) % (number % 3 == 0 ? 0x80 : 0x110000));
    }
  }
  return text;
}

RC_GTEST_PROP(Utf8, validity_is_that_of_every_step, (const std::vector<std::uint32_t>& numbers)) {
  const std::string text = text_of(numbers);
  bool is_valid = true;
  bool has_control = false;
  for (std::string_view rest = text; !rest.empty();) {
    const Utf8Step step = first_utf8_step(rest);
    is_valid = is_valid && step.is_valid;
    has_control = has_control || is_control_character(step.code_point);
    rest.remove_prefix(step.length_bytes);
  }
  RC_ASSERT(is_valid_utf8(text) == is_valid);
  if (is_valid) RC_ASSERT(has_control_characters(text) == has_control);
}

RC_GTEST_PROP(Utf8, a_prefix_of_text_is_text, (const std::vector<std::uint32_t>& numbers)) {
  std::string text;
  for (const std::uint32_t number : numbers) {
    text += encode(number % 2 == 0 ? number % 0xD800 : 0x10000 + number % 0x100000);
  }
  const auto max_bytes = *rc::gen::inRange<std::size_t>(0, text.size() + 2);
  const std::string_view prefix = utf8_prefix(text, max_bytes);
  RC_ASSERT(prefix.size() <= max_bytes);
  RC_ASSERT(prefix.size() + 3 >= std::min(max_bytes, text.size()));
  RC_ASSERT(text.starts_with(prefix));
  RC_ASSERT(is_valid_utf8(prefix));
}

TEST(Utf8, finds_control_characters_of_both_sets) {
  EXPECT_TRUE(has_control_characters("a\nb"));
  EXPECT_TRUE(has_control_characters("\0"sv));
  EXPECT_TRUE(has_control_characters("\x1F"));
  EXPECT_TRUE(has_control_characters("\x7F"));
  EXPECT_TRUE(has_control_characters("\xC2\x80"));
  EXPECT_TRUE(has_control_characters("\xC2\x9F"));
  EXPECT_FALSE(has_control_characters("\xC2\xA0"));
  EXPECT_FALSE(has_control_characters("\xC3\x80 and 漢字"));
  EXPECT_FALSE(has_control_characters(" ~"));
  EXPECT_FALSE(has_control_characters(""));
}

TEST(Utf8, finds_a_control_character_at_every_place_of_a_long_text) {
  for (std::size_t size = 1; size < 40; ++size) {
    const std::string plain(size, 'x');
    ASSERT_FALSE(has_control_characters(plain));
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 0x80; ++byte) {
        std::string text = plain;
        text[place] = static_cast<char>(byte);
        ASSERT_EQ(has_control_characters(text), byte < 0x20 || byte == 0x7F) << size << " " << byte;
      }
    }
  }
}

}  // namespace
}  // namespace nacre
