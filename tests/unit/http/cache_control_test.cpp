#include "http/cache_control.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <string>

namespace nacre {
namespace {

using namespace std::chrono_literals;

TEST(CacheControl, reads_what_matters) {
  const CacheControl control = parse_cache_control("public, MAX-AGE=60 , no-cache,Private");
  EXPECT_EQ(control.max_age, 60s);
  EXPECT_TRUE(control.is_no_cache);
  EXPECT_TRUE(control.is_private);
  EXPECT_FALSE(control.is_no_store);
  EXPECT_TRUE(parse_cache_control("no-store").is_no_store);
  EXPECT_EQ(parse_cache_control("").max_age, std::nullopt);
}

TEST(CacheControl, shared_age_is_nearer_and_the_first_counts) {
  EXPECT_EQ(parse_cache_control("max-age=60, s-maxage=10").max_age, 10s);
  EXPECT_EQ(parse_cache_control("s-maxage=10, max-age=60").max_age, 10s);
  EXPECT_EQ(parse_cache_control("max-age=5, max-age=60").max_age, 5s);
  EXPECT_EQ(parse_cache_control("max-age=\"7\"").max_age, 7s);
}

TEST(CacheControl, quoted_text_is_no_directive) {
  const CacheControl control = parse_cache_control("x=\"no-store, a\\\", private\", max-age=1");
  EXPECT_FALSE(control.is_no_store);
  EXPECT_FALSE(control.is_private);
  EXPECT_EQ(control.max_age, 1s);
  EXPECT_TRUE(parse_cache_control("private=\"set-cookie\"").is_private);
  EXPECT_FALSE(parse_cache_control("no-store-really").is_no_store);
}

TEST(CacheControl, malformed_age_counts_as_stale) {
  for (const char* value : {"max-age", "max-age=", "max-age=-1", "max-age=1.5", "max-age=abc",
                            "max-age=0x1", "max-age= +1"}) {
    EXPECT_EQ(parse_cache_control(value).max_age, 0s) << value;
  }
  EXPECT_EQ(parse_cache_control("max-age=99999999999999999999999").max_age, 24h * 3650);
}

RC_GTEST_PROP(CacheControl, any_text_is_read_in_bounds, (const std::string& text)) {
  const CacheControl control = parse_cache_control(text);
  RC_ASSERT(!control.max_age || (*control.max_age >= 0s && *control.max_age <= 24h * 3650));
  RC_ASSERT(parse_cache_control("no-store," + text).is_no_store);
}

}  // namespace
}  // namespace nacre
