#include "redis/reply_handler.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "redis/call.hpp"

namespace nacre::redis {
namespace {

const ReplyHandler::Outcome null_outcome{resp::Reply()};

TEST(ReplyHandler, calls_once_and_lets_go) {
  const auto count = std::make_shared<int>(0);
  ReplyHandler handler = [count](const auto&, const Answerer&) { ++*count; };
  EXPECT_EQ(count.use_count(), 2);
  ReplyHandler moved = std::move(handler);
  EXPECT_FALSE(handler);  // NOLINT(bugprone-use-after-move): that is what is tested
  moved(null_outcome, {});
  EXPECT_EQ(*count, 1);
  EXPECT_EQ(count.use_count(), 1);
  moved(null_outcome, {});
  EXPECT_EQ(*count, 1);
}

TEST(ReplyHandler, keeps_large_and_move_only_captures) {
  const auto count = std::make_shared<int>(0);
  const std::array<char, 200> large{};
  ReplyHandler handler = [count, large, owner = std::make_unique<int>(7)](
                             const auto&, const Answerer&) { *count += *owner + large[0]; };
  ReplyHandler other = std::move(handler);
  other(null_outcome, {});
  EXPECT_EQ(*count, 7);
  EXPECT_EQ(count.use_count(), 1);
}

TEST(ReplyHandler, destroys_what_is_never_called) {
  const auto owner = std::make_shared<int>(0);
  {
    const ReplyHandler handler = [owner](const auto&, const Answerer&) {};
  }
  EXPECT_EQ(owner.use_count(), 1);
}

TEST(Cancellation, wakes_once_whether_set_before_or_after) {
  int woken_count = 0;
  Cancellation before;
  before.on_cancel([&] { ++woken_count; });
  before.cancel();
  before.cancel();
  EXPECT_EQ(woken_count, 1);
  EXPECT_TRUE(before.is_cancelled());

  Cancellation after;
  after.cancel();
  after.on_cancel([&] { ++woken_count; });
  EXPECT_EQ(woken_count, 2);
}

}  // namespace
}  // namespace nacre::redis
