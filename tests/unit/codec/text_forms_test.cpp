// Bytes and times as text.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <limits>

#include "codec/base64.hpp"
#include "codec/rfc3339.hpp"

namespace nacre {
namespace {

std::string base64_of(std::string_view bytes) {
  std::string text;
  append_base64(text, std::as_bytes(std::span(bytes)));
  return text;
}

TEST(Base64, is_that_of_rfc_4648) {
  EXPECT_EQ(base64_of(""), "");
  EXPECT_EQ(base64_of("f"), "Zg==");
  EXPECT_EQ(base64_of("fo"), "Zm8=");
  EXPECT_EQ(base64_of("foo"), "Zm9v");
  EXPECT_EQ(base64_of("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_of("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_of("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_of("\xFB\xFF"), "+/8=");
}

TEST(Base64, refuses_all_else) {
  for (const std::string_view text :
       {"A", "AA", "AAA", "AAAAA", "=", "==", "====", "A===", "AA=A", "=AAA",
        "AB==", "AAB=", "AA--", "AA__", "AA A", "AAA\n", "Zg==Zg=="}) {
    EXPECT_EQ(parse_base64(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Base64, comes_back, (const std::string& bytes)) {
  const auto parsed = parse_base64(base64_of(bytes));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(std::string(reinterpret_cast<const char*>(parsed->data()), parsed->size()) == bytes);
}

TEST(Rfc3339, writes_utc_with_the_digits_that_are_needed) {
  EXPECT_EQ(format_rfc3339({0, 0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339({-1, 999'999'999}), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_rfc3339({951'782'400, 250'000'000}), "2000-02-29T00:00:00.25Z");
  EXPECT_EQ(format_rfc3339({-62'167'219'200, 1}), "0000-01-01T00:00:00.000000001Z");
  EXPECT_EQ(format_rfc3339({253'402'300'799, 0}), "9999-12-31T23:59:59Z");
}

TEST(Rfc3339, has_no_text_outside_its_years) {
  EXPECT_EQ(format_rfc3339({-62'167'219'201, 0}), std::nullopt);
  EXPECT_EQ(format_rfc3339({253'402'300'800, 0}), std::nullopt);
  EXPECT_EQ(format_rfc3339({std::numeric_limits<std::int64_t>::min(), 0}), std::nullopt);
  EXPECT_EQ(format_rfc3339({std::numeric_limits<std::int64_t>::max(), 0}), std::nullopt);
}

TEST(Rfc3339, reads_offsets_and_fractions) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T01:00:00+01:00"), (Instant{0, 0}));
  EXPECT_EQ(parse_rfc3339("1969-12-31t20:30:00.5-03:30"), (Instant{0, 500'000'000}));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00-00:00"), (Instant{0, 0}));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.000000001z"), (Instant{0, 1}));
}

TEST(Rfc3339, refuses_all_else) {
  for (const std::string_view text : {"",
                                      "1970",
                                      "1970-01-01",
                                      "1970-01-01T00:00:00",
                                      "1970-01-01T00:00Z",
                                      "1970-01-01 00:00:00Z",
                                      "1970-13-01T00:00:00Z",
                                      "1970-00-01T00:00:00Z",
                                      "1970-02-30T00:00:00Z",
                                      "1970-01-00T00:00:00Z",
                                      "1900-02-29T00:00:00Z",
                                      "1970-01-01T24:00:00Z",
                                      "1970-01-01T00:60:00Z",
                                      "1970-01-01T00:00:60Z",
                                      "1970-01-01T00:00:00.Z",
                                      "1970-01-01T00:00:00.0000000001Z",
                                      "1970-01-01T00:00:00,5Z",
                                      "1970-01-01T00:00:00+0100",
                                      "1970-01-01T00:00:00+24:00",
                                      "1970-01-01T00:00:00+01:60",
                                      "+970-01-01T00:00:00Z",
                                      "1970-1-01T00:00:00Z",
                                      "1970-01-01T00:00:00Zx",
                                      "01970-01-01T00:00:00Z",
                                      "1970-01-01T-1:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Rfc3339, comes_back, ()) {
  const Instant instant{*rc::gen::inRange<std::int64_t>(-62'167'219'200, 253'402'300'800),
                        *rc::gen::inRange<std::uint32_t>(0, 1'000'000'000)};
  const auto text = format_rfc3339(instant);
  RC_ASSERT(text.has_value());
  RC_ASSERT(parse_rfc3339(*text) == instant);
}

}  // namespace
}  // namespace nacre
