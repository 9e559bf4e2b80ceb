#include "remote/names.hpp"

#include <gtest/gtest.h>

#include "redis/slot.hpp"

namespace nacre::remote {
namespace {

TEST(Names, take_apart_what_they_put_together) {
  for (const std::string key : {"k", "a:b:c", "{x}:y", "}:odd", "\xff\xfe", "user:~tag:x"}) {
    const std::string value = value_name("app", key);
    const auto parsed = parse_name(value);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->kind, NameKind::value);
    EXPECT_EQ(parsed->space, "app");
    EXPECT_EQ(parsed->text, key);
    const std::string lease = lease_name("app", key);
    EXPECT_EQ(redis::slot_of(lease), redis::slot_of(value)) << key;
    const auto parsed_lease = parse_name(lease);
    ASSERT_TRUE(parsed_lease);
    EXPECT_EQ(parsed_lease->kind, NameKind::lease);
    EXPECT_EQ(parsed_lease->text, key);
  }
  EXPECT_EQ(tag_mark_name("app", "t:1"), "app:~tag:t:1");
  EXPECT_EQ(parse_name("app:~tag:t:1")->text, "t:1");
  EXPECT_EQ(parse_name("app:~tag:t:1")->kind, NameKind::tag_mark);
  EXPECT_EQ(space_mark_name("app"), "app:~gen");
  EXPECT_EQ(parse_name("app:~gen")->kind, NameKind::space_mark);
}

TEST(Names, are_none_of_what_others_write) {
  for (const std::string_view name : {"", ":", "plain", "app:", ":key", "app:~lock:{a}:x",
                                      "app:~lease:{a", "app:~genx", "app:~"}) {
    EXPECT_FALSE(parse_name(name)) << name;
  }
}

TEST(Names, in_patterns_stand_for_themselves) {
  EXPECT_EQ(escape_pattern("a*b?[c]\\d^-"), "a\\*b\\?\\[c\\]\\\\d\\^\\-");
  EXPECT_EQ(escape_pattern("plain:key"), "plain:key");
}

}  // namespace
}  // namespace nacre::remote
