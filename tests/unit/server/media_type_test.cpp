#include "server/media_type.hpp"

#include <gtest/gtest.h>

namespace nacre::server {
namespace {

TEST(MediaType, knows_json_text_and_bytes) {
  EXPECT_TRUE(is_json_type("application/json"));
  EXPECT_TRUE(is_json_type("Application/JSON ; charset=utf-8"));
  EXPECT_TRUE(is_json_type("application/problem+json"));
  EXPECT_FALSE(is_json_type("application/jsonp"));
  EXPECT_FALSE(is_json_type("text/json"));
  EXPECT_FALSE(is_json_type(""));
  EXPECT_TRUE(is_text_type("TEXT/html"));
  EXPECT_FALSE(is_text_type("text/"));
  EXPECT_FALSE(is_text_type("textual/plain"));
  EXPECT_TRUE(is_binary_type("application/octet-stream;x=y"));
}

TEST(MediaType, reads_what_is_accepted) {
  constexpr std::string_view bytes = "application/octet-stream";
  EXPECT_TRUE(accepts_type("application/octet-stream", bytes));
  EXPECT_TRUE(accepts_type("text/html, Application/Octet-Stream;q=0.1", bytes));
  EXPECT_TRUE(accepts_type("application/octet-stream;q=1.0, */*", bytes));
  EXPECT_FALSE(accepts_type("*/*", bytes));
  EXPECT_FALSE(accepts_type("application/*", bytes));
  EXPECT_FALSE(accepts_type("application/octet-stream;q=0", bytes));
  EXPECT_FALSE(accepts_type("application/octet-stream; a=b; q=0.000", bytes));
  EXPECT_FALSE(accepts_type("application/octet-streams", bytes));
  EXPECT_FALSE(accepts_type("", bytes));
  EXPECT_FALSE(accepts_type(",,;", bytes));
}

}  // namespace
}  // namespace nacre::server
