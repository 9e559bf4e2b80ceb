#include "server/reply_fields.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/message.hpp"

namespace nacre::server {
namespace {

using namespace std::chrono_literals;

TEST(DateText, writes_dates_as_http_does) {
  DateText date;
  EXPECT_EQ(date.at(std::chrono::system_clock::time_point{}), "Thu, 01 Jan 1970 00:00:00 GMT");
  const auto leap_day = std::chrono::sys_days(std::chrono::year(2028) / 2 / 29);
  EXPECT_EQ(date.at(leap_day + 23h + 59min + 59s + 999ms), "Tue, 29 Feb 2028 23:59:59 GMT");
  EXPECT_EQ(date.at(leap_day + 24h), "Wed, 01 Mar 2028 00:00:00 GMT");
}

TEST(RequestIds, never_repeat) {
  RequestIds ids(42);
  std::set<std::string> seen;
  for (int count = 0; count < 10'000; ++count) seen.emplace(ids.next());
  EXPECT_EQ(seen.size(), 10'000U);
  EXPECT_TRUE(is_request_id(*seen.begin()));
}

TEST(RequestIds, takes_over_harmless_ids_only) {
  EXPECT_TRUE(is_request_id("Az09._-"));
  EXPECT_TRUE(is_request_id(std::string(64, 'a')));
  EXPECT_FALSE(is_request_id(std::string(65, 'a')));
  EXPECT_FALSE(is_request_id(""));
  EXPECT_FALSE(is_request_id("a b"));
  EXPECT_FALSE(is_request_id("a\"b"));
  EXPECT_FALSE(is_request_id("\xC3\xA9"));
}

TEST(AddField, keeps_a_value_on_its_line) {
  Response response;
  add_field(response, "X-Tags", "a\r\nSet-Cookie: b\x7f");
  EXPECT_EQ(response.fields, "X-Tags: a??Set-Cookie: b?\r\n");
}

}  // namespace
}  // namespace nacre::server
