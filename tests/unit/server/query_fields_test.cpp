#include "server/query_fields.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>

#include "nacre/error.hpp"

namespace nacre::server {
namespace {

constexpr std::array<std::string_view, 3> allowed = {"ttl", "tags", "a b"};

TEST(QueryFields, reads_names_and_values) {
  const QueryFields query("ttl=5&tags=a%2Cb+c&a%20b&&", allowed);
  ASSERT_NE(query.find("ttl"), nullptr);
  EXPECT_EQ(*query.find("ttl"), "5");
  EXPECT_EQ(*query.find("tags"), "a,b c");
  EXPECT_EQ(*query.find("a b"), "");
  EXPECT_EQ(QueryFields("", allowed).find("ttl"), nullptr);
  EXPECT_EQ(*QueryFields("ttl=a=b", allowed).find("ttl"), "a=b");
}

TEST(QueryFields, refuses_what_it_does_not_know) {
  for (const std::string query :
       {"x=1", "ttl=1&ttl=1", "ttl=%", "ttl=%f", "ttl=%fg", "%zz=1", "=1", "TTL=1"}) {
    EXPECT_THROW(QueryFields(query, allowed), Error) << query;
  }
}

RC_GTEST_PROP(QueryFields, reads_what_is_percent_encoded, (const std::string& text)) {
  std::string encoded;
  append_percent_encoded(encoded, text);
  RC_ASSERT(decode_percent(encoded) == text);
  RC_ASSERT(*QueryFields("ttl=" + encoded, allowed).find("ttl") == text);
}

}  // namespace
}  // namespace nacre::server
