// Several nodes behind one client: one that does not answer costs the others nothing.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nacre/fake_clock.hpp"
#include "remote/links.hpp"
#include "remote/reads.hpp"
#include "unit/remote/held_client.hpp"
#include "unit/remote/remote_process.hpp"

namespace nacre::remote {
namespace {

using namespace std::chrono_literals;

/// Keys that begin with b are node 2's, all else is node 1's.
class NodesTest : public testing::Test {
 protected:
  NodesTest() {
    client_->set_owner([this](std::string_view name) {
      const bool is_second = name.starts_with("app:b");
      return redis::Owner{.number = is_second ? 2U : 1U, .is_ready = !is_second || is_second_up_};
    });
    parts_->wire.set_client(client_);
  }

  KeyView key(std::string_view text) const { return {&space_, text, 0}; }
  Deadline soon() const { return Deadline::after(*clock_, 1s); }

  void find(std::string_view text) {
    reads_.find(key(text), soon(), [this](const SharedReply& reply) { state_ = reply.state; });
  }

  void fail_second() {
    for (std::uint32_t count = 0; count < BreakerLimits{}.failures_in_a_row; ++count) {
      find("b");
      ASSERT_EQ(client_->fail(), "PTTL app:b ");
      ASSERT_EQ(client_->fail(), "GET app:b ");
    }
  }

  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  Marks marks_{{.stripes_count = 4096}};
  std::shared_ptr<Parts> parts_ = std::make_shared<Parts>(
      RemoteTierOptions{},
      RemoteTierSurroundings{
          .clock = clock_, .random = std::make_shared<SeededRandom>(1), .marks = &marks_});
  std::shared_ptr<HeldClient> client_ = std::make_shared<HeldClient>();
  Reads reads_{parts_->wire, parts_->marks, parts_->trust};
  Namespace space_{1, "app"};
  bool is_second_up_ = true;
  TierReply::State state_ = TierReply::State::found;
};

TEST_F(NodesTest, P7_the_breaker_of_one_leaves_the_others_alone) {
  fail_second();
  find("b");
  EXPECT_EQ(state_, TierReply::State::skipped);
  EXPECT_EQ(client_->held_count(), 0u);
  find("a");
  EXPECT_EQ(client_->held_count(), 2u);
  EXPECT_EQ(parts_->wire.breakers().of(2).state(), BreakerState::open);
  EXPECT_EQ(parts_->wire.breakers().of(1).state(), BreakerState::closed);
}

TEST_F(NodesTest, P7_nobody_waits_for_one_without_a_link) {
  is_second_up_ = false;
  find("b");
  EXPECT_EQ(state_, TierReply::State::skipped);
  const KeyView keys[] = {key("b1"), key("a1"), key("b2")};
  std::vector<SharedReply> replies;
  reads_.find_many(keys, soon(), [&](std::vector<SharedReply> all) { replies = std::move(all); });
  EXPECT_EQ(client_->answer("0"), "PTTL app:a1 ");
  EXPECT_EQ(client_->answer(""), "GET app:a1 ");
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[0].state, TierReply::State::skipped);
  EXPECT_NE(replies[1].state, TierReply::State::skipped);
  EXPECT_EQ(replies[2].state, TierReply::State::skipped);
}

TEST_F(NodesTest, many_keys_of_one_node_are_one_call_of_its_breaker) {
  std::vector<std::string> texts;
  for (int index = 0; index < 8; ++index) texts.push_back("b" + std::to_string(index));
  std::vector<KeyView> keys;
  for (const std::string& text : texts) keys.push_back(key(text));
  reads_.find_many(keys, soon(), [](const std::vector<SharedReply>&) {});
  while (client_->held_count() != 0) client_->fail();
  EXPECT_EQ(parts_->wire.breakers().of(2).state(), BreakerState::closed);
}

TEST_F(NodesTest, P7_a_mark_whose_node_cannot_be_asked_is_not_waited_for) {
  is_second_up_ = false;
  std::vector<NearMark> marks;
  parts_->marks.find_each({"app:a", "app:b"}, soon(),
                          [&](std::vector<NearMark> found) { marks = std::move(found); });
  EXPECT_TRUE(client_->answer().starts_with("SET app:a "));
  EXPECT_EQ(client_->answer("1"), "PTTL app:a ");
  EXPECT_EQ(client_->answer(bytes_of({.removal = 7, .expiry = 8})), "GET app:a ");
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_TRUE(is_known(marks[0]));
  EXPECT_FALSE(is_known(marks[1]));
}

TEST_F(NodesTest, P7_what_waits_for_one_node_keeps_nothing_from_the_others) {
  const auto replay =
      std::make_shared<Replay>(parts_, Replay::Listener{.on_overflow = [] {}, .on_empty = [] {}});
  is_second_up_ = false;
  replay->keep({.space = &space_, .text = "b"});
  replay->keep({.space = &space_, .text = "a"});
  replay->hurry();
  EXPECT_TRUE(client_->answer().starts_with("UNLINK app:a "));
  EXPECT_EQ(parts_->pending.count(), 1u);
  EXPECT_EQ(client_->held_count(), 0u);
  is_second_up_ = true;
  clock_->advance(10s);
  EXPECT_TRUE(client_->answer().starts_with("UNLINK app:b "));
  EXPECT_TRUE(parts_->pending.empty());
}

}  // namespace
}  // namespace nacre::remote
