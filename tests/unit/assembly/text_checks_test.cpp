#include "assembly/text_checks.hpp"

#include <gtest/gtest.h>

namespace nacre::assembly {
namespace {

TEST(TextChecks, hosts_are_names_without_port) {
  EXPECT_EQ(check_host_text("cache.internal"), std::nullopt);
  EXPECT_TRUE(check_host_text("").has_value());
  EXPECT_TRUE(check_host_text("a:80").has_value());
  EXPECT_TRUE(check_host_text("*").has_value());
  EXPECT_TRUE(check_host_text(std::string(254, 'a')).has_value());
}

TEST(TextChecks, web_origins_are_scheme_host_and_port) {
  EXPECT_EQ(check_web_origin_text("https://a.b"), std::nullopt);
  EXPECT_EQ(check_web_origin_text("http://localhost:5173"), std::nullopt);
  EXPECT_TRUE(check_web_origin_text("*").has_value());
  EXPECT_TRUE(check_web_origin_text("https://a.b/").has_value());
  EXPECT_TRUE(check_web_origin_text("https://a.b:80/x").has_value());
  EXPECT_TRUE(check_web_origin_text("null").has_value());
}

TEST(TextChecks, names_of_caches_are_labels) {
  EXPECT_EQ(check_cache_name_text("user-sessions_2"), std::nullopt);
  EXPECT_TRUE(check_cache_name_text("").has_value());
  EXPECT_TRUE(check_cache_name_text("A").has_value());
  EXPECT_TRUE(check_cache_name_text("a.b").has_value());
  EXPECT_TRUE(check_cache_name_text(std::string(65, 'a')).has_value());
}

TEST(TextChecks, headers_that_nacred_sets_itself_are_refused) {
  EXPECT_EQ(check_header_name_text("authorization"), std::nullopt);
  EXPECT_TRUE(check_header_name_text("transfer-encoding").has_value());
  EXPECT_TRUE(check_header_name_text("Authorization").has_value());
  EXPECT_TRUE(check_header_name_text("a:b").has_value());
  EXPECT_TRUE(check_header_name_text("").has_value());
}

TEST(TextChecks, only_headers_that_change_no_answer_are_passed_on) {
  EXPECT_EQ(check_passed_header_text("traceparent"), std::nullopt);
  EXPECT_TRUE(check_passed_header_text("cookie").has_value());
}

TEST(TextChecks, namespaces_prefixes_and_tags_are_those_of_the_library) {
  EXPECT_EQ(check_namespace_text("app"), std::nullopt);
  EXPECT_TRUE(check_namespace_text("a:b").has_value());
  EXPECT_EQ(check_key_prefix_text("user:"), std::nullopt);
  EXPECT_TRUE(check_key_prefix_text("~x").has_value());
  EXPECT_EQ(check_tag_text("t"), std::nullopt);
  EXPECT_TRUE(check_tag_text(std::string(257, 't')).has_value());
}

}  // namespace
}  // namespace nacre::assembly
