#include "http/place_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace nacre {
namespace {

using ::testing::ElementsAre;
using Entry = PlaceQueue::Entry;

class PlaceQueueTest : public ::testing::Test {
 protected:
  PlaceQueue::Answer enter(int who) {
    return queue_.enter([this, who] { called_.push_back(who); });
  }
  void leave() {
    if (const auto next = queue_.leave()) (*next)();
  }

  PlaceQueue queue_{2, 2};
  std::vector<int> called_;
};

TEST_F(PlaceQueueTest, fills_places_then_queue_then_refuses) {
  EXPECT_EQ(enter(1).entry, Entry::entered);
  EXPECT_EQ(enter(2).entry, Entry::entered);
  EXPECT_EQ(enter(3).entry, Entry::queued);
  EXPECT_EQ(enter(4).entry, Entry::queued);
  EXPECT_EQ(enter(5).entry, Entry::refused);
  EXPECT_EQ(queue_.used_count(), 2U);
  EXPECT_EQ(queue_.queued_count(), 2U);
}

TEST_F(PlaceQueueTest, first_come_first_served) {
  for (const int who : {1, 2, 3, 4}) enter(who);
  leave();
  leave();
  EXPECT_THAT(called_, ElementsAre(3, 4));
  EXPECT_EQ(queue_.used_count(), 2U) << "a place that is passed on stays used";
  leave();
  leave();
  EXPECT_EQ(queue_.used_count(), 0U);
}

TEST_F(PlaceQueueTest, who_withdraws_is_passed_over) {
  enter(1);
  enter(2);
  const auto third = enter(3);
  enter(4);
  EXPECT_TRUE(queue_.withdraw(third.ticket));
  EXPECT_FALSE(queue_.withdraw(third.ticket));
  leave();
  EXPECT_THAT(called_, ElementsAre(4));
}

}  // namespace
}  // namespace nacre
