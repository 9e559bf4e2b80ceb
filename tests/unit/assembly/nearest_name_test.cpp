#include "assembly/nearest_name.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace nacre::assembly {
namespace {

TEST(EditDistance, counts_slips) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("ttl", ""), 3u);
  EXPECT_EQ(edit_distance("ttl", "tl"), 1u);
  EXPECT_EQ(edit_distance("ttl", "tll"), 1u);
  EXPECT_EQ(edit_distance("tags", "tgas"), 1u);  // neighbours swapped are one slip
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(EditDistance, long_texts_are_far_apart) {
  EXPECT_EQ(edit_distance(std::string(1'000'000, 'a'), "a"), 1'000'000u);
}

TEST(NearestName, finds_slips_and_parts_and_nothing_else) {
  const std::vector<std::string> known = {"max_bytes", "ttl", "negative_ttl", "max_ttl"};
  EXPECT_EQ(nearest_name("tlt", known), "ttl");
  EXPECT_EQ(nearest_name("negativ_ttl", known), "negative_ttl");
  EXPECT_EQ(nearest_name("negative", known), "negative_ttl");
  EXPECT_EQ(nearest_name("remote", known), "");
  EXPECT_EQ(nearest_name("", known), "");
}

RC_GTEST_PROP(EditDistance, is_symmetric, (const std::string& a, const std::string& b)) {
  RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
}

RC_GTEST_PROP(EditDistance, is_zero_for_equal_texts_only,
              (const std::string& a, const std::string& b)) {
  RC_PRE(a.size() <= 64 && b.size() <= 64);
  RC_ASSERT((edit_distance(a, b) == 0) == (a == b));
}

RC_GTEST_PROP(EditDistance, one_more_letter_is_one_more, (const std::string& a)) {
  RC_PRE(a.size() < 64);
  RC_ASSERT(edit_distance(a, a + "x") == 1);
}

}  // namespace
}  // namespace nacre::assembly
