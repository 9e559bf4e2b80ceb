#include "base/text_units.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace nacre {
namespace {

using namespace std::chrono_literals;

Duration duration_of(std::string_view text) {
  const auto parsed = parse_duration(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.reason();
  return parsed ? parsed.value() : Duration(-1);
}

std::uint64_t bytes_of(std::string_view text) {
  const auto parsed = parse_bytes(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.reason();
  return parsed ? parsed.value() : ~std::uint64_t{0};
}

TEST(ParseDuration, reads_every_unit_and_takes_a_plain_number_for_seconds) {
  EXPECT_EQ(duration_of("7ns"), 7ns);
  EXPECT_EQ(duration_of("7us"), 7us);
  EXPECT_EQ(duration_of("250ms"), 250ms);
  EXPECT_EQ(duration_of("60"), 60s);
  EXPECT_EQ(duration_of("60s"), 60s);
  EXPECT_EQ(duration_of("5m"), 5min);
  EXPECT_EQ(duration_of("1h"), 1h);
  EXPECT_EQ(duration_of("2d"), 48h);
  EXPECT_EQ(duration_of("0"), 0s);
  EXPECT_EQ(duration_of("36500d"), max_text_duration);
}

TEST(ParseDuration, reads_decimals_exactly_and_rounds_below_a_nanosecond) {
  EXPECT_EQ(duration_of("1.5s"), 1500ms);
  EXPECT_EQ(duration_of("0.5"), 500ms);
  EXPECT_EQ(duration_of("0.1s"), 100ms);
  EXPECT_EQ(duration_of("1.000000001s"), 1'000'000'001ns);
  EXPECT_EQ(duration_of("0.50000000000000000000000000000s"), 500ms);
  EXPECT_EQ(duration_of("1.6ns"), 2ns);
  EXPECT_EQ(duration_of("0.333333333333h"), 1'199'999'999'999ns);
}

TEST(ParseDuration, says_what_is_wrong_and_what_is_allowed) {
  const auto reason = [](std::string_view text) { return parse_duration(text).reason(); };
  EXPECT_TRUE(reason("").starts_with("is empty; allowed are"));
  EXPECT_TRUE(reason("-5s").starts_with("is negative; allowed are"));
  EXPECT_TRUE(reason("abc").starts_with("does not begin with a digit; allowed are"));
  EXPECT_TRUE(reason("5x").starts_with("has an unknown unit; allowed are"));
  EXPECT_TRUE(reason("1.s").starts_with("has no digit after the point; allowed are"));
  EXPECT_TRUE(reason("36501d").starts_with("is too large; allowed are"));
  EXPECT_TRUE(reason("0.1ns").starts_with("is less than 1ns; allowed are"));
  EXPECT_TRUE(reason(std::string(65, '0')).starts_with("is too long; allowed are"));
}

TEST(ParseDuration, refuses_everything_else) {
  for (const std::string_view text : {" 5s",
                                      "5s ",
                                      "5 s",
                                      "+5s",
                                      "1e18",
                                      "1e3s",
                                      "NaN",
                                      "nan",
                                      "inf",
                                      "Infinity",
                                      "0x10",
                                      ".5s",
                                      ".",
                                      "1..5s",
                                      "1.5.5s",
                                      "5S",
                                      "5MS",
                                      "1h30m",
                                      "5,5s",
                                      "1000000000000000000",
                                      "18446744073709551616",
                                      "99999999999999999999999999s",
                                      "0.0000000000000000000000000001s",
                                      "3153600000.000000001s",
                                      "٥s",
                                      "5\xC2\xB5s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
  EXPECT_FALSE(parse_duration(std::string_view("5\0s", 3)));
}

TEST(DurationFromSeconds, reads_numbers_and_refuses_what_is_none) {
  EXPECT_EQ(duration_from_seconds(60).value(), 60s);
  EXPECT_EQ(duration_from_seconds(0.25).value(), 250ms);
  EXPECT_EQ(duration_from_seconds(0).value(), 0s);
  EXPECT_EQ(duration_from_seconds(-0.0).value(), 0s);
  for (const double seconds : {-1.0, -1e-12, 1e18, 1e300, 3153600001.0, 1e-10, 4e-324,
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_FALSE(duration_from_seconds(seconds)) << seconds;
  }
}

TEST(FormatDuration, takes_the_largest_unit_that_is_exact) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(120s), "2m");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(2h), "2h");
  EXPECT_EQ(format_duration(48h), "2d");
  EXPECT_EQ(format_duration(1ns), "1ns");
}

RC_GTEST_PROP(FormatDuration, is_read_back_exactly, (std::uint64_t bits)) {
  const auto limit = static_cast<std::uint64_t>(max_text_duration.count()) + 1;
  // Short ones and round ones as often as long ones.
  const auto scale = *rc::gen::element<std::uint64_t>(1, 1000, 1'000'000'000, 60'000'000'000);
  const auto count = (bits >> *rc::gen::inRange(0, 64)) % limit / scale * scale;
  const Duration duration(static_cast<Duration::rep>(count));
  const auto parsed = parse_duration(format_duration(duration));
  RC_ASSERT(static_cast<bool>(parsed));
  RC_ASSERT(parsed.value() == duration);
}

TEST(ParseBytes, reads_every_unit_and_takes_a_plain_number_for_bytes) {
  EXPECT_EQ(bytes_of("123"), 123U);
  EXPECT_EQ(bytes_of("123B"), 123U);
  EXPECT_EQ(bytes_of("1KB"), 1000U);
  EXPECT_EQ(bytes_of("64KiB"), 65536U);
  EXPECT_EQ(bytes_of("1MB"), 1'000'000U);
  EXPECT_EQ(bytes_of("256MiB"), 268435456U);
  EXPECT_EQ(bytes_of("1GB"), 1'000'000'000U);
  EXPECT_EQ(bytes_of("1.5GiB"), 1610612736U);
  EXPECT_EQ(bytes_of("2TB"), 2'000'000'000'000U);
  EXPECT_EQ(bytes_of("1024TiB"), max_text_bytes);
  EXPECT_EQ(bytes_of("0"), 0U);
}

TEST(ParseBytes, refuses_everything_else_and_says_what_is_allowed) {
  for (const std::string_view text : {"", "-1", "abc", "1mb", "1M", "1025TiB", "0.4B", "1e9",
                                      "1 KB", "9999999999999999999999", "MiB"}) {
    const auto parsed = parse_bytes(text);
    EXPECT_FALSE(parsed) << text;
    EXPECT_NE(parsed.reason().find("; allowed are"), std::string::npos) << text;
  }
}

RC_GTEST_PROP(FormatBytes, is_read_back_exactly, (std::uint64_t bits)) {
  const auto shift = *rc::gen::inRange(0, 64);
  const std::uint64_t bytes = (bits >> shift) % (max_text_bytes + 1) &
                              ~((*rc::gen::element<std::uint64_t>(1, 1024, 1048576)) - 1);
  const auto parsed = parse_bytes(format_bytes(bytes));
  RC_ASSERT(static_cast<bool>(parsed));
  RC_ASSERT(parsed.value() == bytes);
}

TEST(FormatBytes, takes_the_largest_binary_unit_that_is_exact) {
  EXPECT_EQ(format_bytes(0), "0B");
  EXPECT_EQ(format_bytes(1000), "1000B");
  EXPECT_EQ(format_bytes(1024), "1KiB");
  EXPECT_EQ(format_bytes(268435456), "256MiB");
}

RC_GTEST_PROP(ParseUnits, any_text_is_read_or_refused_with_a_reason, (const std::string& text)) {
  const auto duration = parse_duration(text);
  RC_ASSERT(static_cast<bool>(duration) == duration.reason().empty());
  if (duration) RC_ASSERT(duration.value() >= 0ns && duration.value() <= max_text_duration);
  const auto bytes = parse_bytes(text);
  RC_ASSERT(static_cast<bool>(bytes) == bytes.reason().empty());
}

}  // namespace
}  // namespace nacre
