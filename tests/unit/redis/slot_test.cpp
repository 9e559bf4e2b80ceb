#include "redis/slot.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

namespace nacre::redis {
namespace {

TEST(Slot, is_what_redis_says) {
  // CLUSTER KEYSLOT of Redis 7.0.15.
  EXPECT_EQ(slot_of("foo"), 12182);
  EXPECT_EQ(slot_of("123456789"), 12739);
  EXPECT_EQ(slot_of(""), 0);
  EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
  EXPECT_EQ(slot_of("ns:a{u}b"), 11826);
  EXPECT_EQ(slot_of("ns:a}b"), 13847);
  EXPECT_EQ(slot_of("ns:{}x"), 462);
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
  EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
}

TEST(Slot, text_reaches_every_slot_in_four_characters) {
  for (Slot slot = 0; slot < slot_count; ++slot) {
    const std::string_view text = slot_text(slot);
    ASSERT_EQ(slot_of(text), slot);
    ASSERT_GE(text.size(), 1U);
    ASSERT_LE(text.size(), 4U);
    ASSERT_TRUE(std::ranges::all_of(text, [](char symbol) {
      return (symbol >= '0' && symbol <= '9') || (symbol >= 'a' && symbol <= 'z');
    }));
  }
}

TEST(Slot, text_never_changes_because_it_is_stored) {
  EXPECT_EQ(slot_text(slot_of("0")), "0");
  EXPECT_EQ(slot_text(slot_of("z")), "z");
  EXPECT_EQ(slot_text(slot_of("foo")), "foo");
  std::string all;
  for (Slot slot = 0; slot < slot_count; ++slot) all.append(slot_text(slot)).push_back(' ');
  EXPECT_EQ(slot_of(all), 2119) << "a checksum of the whole table";
}

RC_GTEST_PROP(Slot, of_a_companion_is_the_slot_of_its_value_for_any_bytes, ()) {
  const auto bytes = rc::gen::container<std::string>(
      rc::gen::weightedOneOf<char>({{3, rc::gen::arbitrary<char>()},
                                    {1, rc::gen::element('{', '}')},
                                    {1, rc::gen::inRange<char>('a', 'd')}}));
  const std::string key = *bytes;
  const std::string name_space = *rc::gen::container<std::string>(rc::gen::suchThat(
      rc::gen::arbitrary<char>(), [](char symbol) { return symbol != '{' && symbol != '}'; }));
  const std::string value = name_space + ":" + key;
  RC_ASSERT(slot_of(name_space, key) == slot_of(value));
  RC_ASSERT(slot_of(companion_key(name_space, "lease", key)) == slot_of(value));
}

TEST(Slot, companion_has_the_namespace_first_and_the_key_last) {
  const std::string text(slot_text(slot_of("app:user{1}")));
  EXPECT_EQ(companion_key("app", "lease", "user{1}"), "app:~lease:{" + text + "}:user{1}");
}

}  // namespace
}  // namespace nacre::redis
