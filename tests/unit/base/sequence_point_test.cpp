// This file is compiled as code under test is: with the points on.
#define NACRE_SEQUENCE_POINTS
#include "base/sequence_point.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace nacre {
namespace {

std::vector<std::string>* reached = nullptr;

}  // namespace

void sequence_point(std::string_view name) {
  if (reached != nullptr) reached->emplace_back(name);
}

namespace {

void fill() {
  NACRE_SEQUENCE_POINT("fill.before_commit");
  NACRE_SEQUENCE_POINT("fill.after_commit");
}

TEST(SequencePoint, tells_the_test_which_points_were_reached) {
  std::vector<std::string> names;
  reached = &names;
  fill();
  reached = nullptr;
  EXPECT_EQ(names, (std::vector<std::string>{"fill.before_commit", "fill.after_commit"}));
}

}  // namespace
}  // namespace nacre
