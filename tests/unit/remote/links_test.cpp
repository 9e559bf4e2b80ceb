// What the links tell, with a client that answers when the test says so.
#include "remote/links.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "nacre/fake_clock.hpp"
#include "remote/near_marks.hpp"
#include "unit/remote/held_client.hpp"
#include "unit/remote/remote_process.hpp"

namespace nacre::remote {
namespace {

using namespace std::chrono_literals;

class LinksTest : public testing::Test {
 protected:
  LinksTest() {
    links_.set_replay(replay_);
    parts_->wire.set_client(client_);
    links_.open();
  }

  RemoteTierOptions options() const { return {.io_threads_count = 2}; }

  redis::LinkIdentity link(std::uint64_t id, bool is_tracking = true) const {
    return {.id = id, .node = "node", .is_tracking = is_tracking};
  }

  void connect_both() {
    links_.start(copies_);
    for (const std::uint64_t id : {1, 2}) {
      links_.on_link_ready(link(id));
      EXPECT_EQ(client_->answer("run_id:one\r\n"), "INFO server ");
    }
  }

  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  Marks marks_{{.stripes_count = 4096}};
  std::shared_ptr<Parts> parts_ = std::make_shared<Parts>(
      options(),
      RemoteTierSurroundings{
          .clock = clock_, .random = std::make_shared<SeededRandom>(1), .marks = &marks_});
  std::shared_ptr<HeldClient> client_ = std::make_shared<HeldClient>();
  ToldCopies copies_;
  Links links_{*parts_, std::make_shared<Waiters>()};
  std::shared_ptr<Replay> replay_ = std::make_shared<Replay>(
      parts_, Replay::Listener{.on_overflow = [this] { links_.tell_unknown(); },
                               .on_empty = [this] { links_.on_nothing_pending(); }});
  Namespace space_{1, "app"};
};

TEST_F(LinksTest, tell_changes_only_when_all_are_there_and_the_server_is_known) {
  links_.start(copies_);
  links_.on_link_ready(link(1));
  links_.on_link_ready(link(2));
  EXPECT_FALSE(links_.tells_changes());
  client_->answer("run_id:one\r\n");
  EXPECT_EQ(copies_.lines(), std::vector<std::string>{"connected"});
  EXPECT_TRUE(links_.tells_changes());
}

TEST_F(LinksTest, tell_nothing_without_tracking) {
  links_.start(copies_);
  links_.on_link_ready(link(1));
  links_.on_link_ready(link(2, false));
  while (!client_->answer("run_id:one\r\n").empty()) {
  }
  EXPECT_FALSE(links_.tells_changes());
}

TEST_F(LinksTest, P4_the_cut_is_when_what_was_answered_last_was_sent) {
  connect_both();
  clock_->advance(10s);
  const TimePoint heard = clock_->now();
  links_.on_heard(link(1), heard);
  clock_->advance(10s);
  links_.on_heard(link(2), clock_->now());
  links_.on_link_lost(link(1));
  ASSERT_EQ(copies_.cuts().size(), 1u);
  EXPECT_EQ(copies_.cuts().front(), heard);
  EXPECT_FALSE(links_.tells_changes());
}

TEST_F(LinksTest, P7_a_server_is_not_believed_before_it_has_said_who_it_is) {
  connect_both();
  const KeyView key{&space_, "k", 0};
  parts_->recent.add({.space = &space_, .text = "k"}, clock_->now());
  links_.on_link_lost(link(1));
  EXPECT_TRUE(parts_->trust.is_given(key));
  links_.on_link_ready(link(3));
  EXPECT_FALSE(parts_->trust.is_given(key));
  // The same server: nothing is repeated.
  EXPECT_EQ(client_->answer("run_id:one\r\n"), "INFO server ");
  EXPECT_TRUE(parts_->trust.is_given(key));
  EXPECT_TRUE(parts_->pending.empty());
  EXPECT_EQ(copies_.lines().back(), "connected");
  // Another one.
  links_.on_link_lost(link(3));
  links_.on_link_ready(link(4));
  client_->answer("run_id:two\r\n");
  EXPECT_FALSE(parts_->trust.is_given(key));
  EXPECT_FALSE(links_.tells_changes());
  EXPECT_EQ(client_->answer().substr(0, 13), "UNLINK app:k ");
  EXPECT_TRUE(parts_->trust.is_given(key));
  EXPECT_TRUE(links_.tells_changes());
}

TEST_F(LinksTest, tell_changes_only_when_all_primaries_are_there) {
  client_->set_primaries({.version = 2, .is_whole = true, .nodes = {"node", "second"}});
  connect_both();
  EXPECT_FALSE(links_.tells_changes());
  for (const std::uint64_t id : {3, 4}) {
    redis::LinkIdentity identity = link(id);
    identity.node = "second";
    links_.on_link_ready(identity);
    EXPECT_FALSE(links_.tells_changes());
    client_->answer("run_id:two\r\n");
  }
  EXPECT_TRUE(links_.tells_changes());
  // One that dies is missed until another has taken its place.
  links_.on_link_lost(link(3));
  links_.on_heard(link(1), clock_->now());
  EXPECT_FALSE(links_.tells_changes());
  client_->set_primaries({.version = 3, .is_whole = false, .nodes = {"node"}});
  links_.on_heard(link(1), clock_->now());
  EXPECT_FALSE(links_.tells_changes());
  client_->set_primaries({.version = 4, .is_whole = true, .nodes = {"node"}});
  links_.on_heard(link(1), clock_->now());
  EXPECT_TRUE(links_.tells_changes());
}

TEST_F(LinksTest, P7_a_new_primary_gets_what_it_may_lack) {
  connect_both();
  parts_->recent.add({.kind = NameKind::tag_mark, .space = &space_, .text = "t"}, clock_->now());
  links_.on_primary_changed("other");
  EXPECT_EQ(client_->answer().substr(0, 14), "SET app:~tag:t");
  EXPECT_EQ(copies_.count("unknown"), 1u);
  EXPECT_TRUE(parts_->pending.empty());
}

TEST_F(LinksTest, P4_slots_that_move_make_everything_unknown) {
  connect_both();
  links_.on_slots_moved(0, 100);
  const std::vector<std::string> expected{"connected", "unknown", "connected"};
  EXPECT_EQ(copies_.lines(), expected);
}

}  // namespace
}  // namespace nacre::remote
