// Each fault of the proxy, seen from the client's side of a real Redis.
#include "chaos/fault_proxy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

#include "chaos/frame_splitter.hpp"
#include "chaos/hostile_server.hpp"
#include "support/await.hpp"
#include "support/redis_server.hpp"

namespace nacre::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using test::RedisLink;
using test::RedisReply;
using test::RedisServer;

class FaultProxyTest : public ::testing::Test {
 protected:
  RedisLink connect() const { return RedisLink({.port = proxy_.port()}, seconds(15)); }

  // What never comes is waited for no longer than this.
  static void await_silence(RedisLink& link) { link.set_timeout(milliseconds(300)); }

  bool is_logged(const std::string& what) const {
    return std::ranges::any_of(proxy_.log(), [&](const LoggedFault& fault) {
      return fault.what.find(what) != std::string::npos;
    });
  }

  void await_logged(const std::string& what) const {
    test::await(what, [&] { return is_logged(what); });
  }

  static RedisServer& server() {
    static RedisServer one;
    return one;
  }

  FaultProxy proxy_{{.target_port = server().port()}};
};

TEST_F(FaultProxyTest, healthy_passes_everything_both_ways) {
  RedisLink link = connect();
  const std::string big(3'000'000, 'x');
  link.must({"SET", "big", big});
  EXPECT_EQ(link.must({"GET", "big"}).text, big);
  EXPECT_EQ(proxy_.connection_count(), 1U);
  EXPECT_GT(proxy_.forwarded_bytes(Direction::down), big.size());
}

TEST_F(FaultProxyTest, delay_makes_a_reply_late) {
  RedisLink link = connect();
  proxy_.set(Direction::down, {.delay = milliseconds(60), .jitter = milliseconds(5)});
  const auto before = steady_clock::now();
  link.must({"PING"});
  EXPECT_GE(steady_clock::now() - before, milliseconds(60));
}

TEST_F(FaultProxyTest, rate_limits_bytes_per_second) {
  RedisLink link = connect();
  link.must({"SET", "k", std::string(20'000, 'x')});
  proxy_.set(Direction::down, {.bytes_per_second = 100'000});
  const auto before = steady_clock::now();
  link.must({"GET", "k"});
  EXPECT_GE(steady_clock::now() - before, milliseconds(180));
}

TEST_F(FaultProxyTest, dribble_and_pause_cut_a_reply_into_bytes) {
  RedisLink link = connect();
  link.must({"SET", "k", "0123456789"});
  proxy_.set(Direction::down, {.write_bytes = 1, .write_pause = milliseconds(1)});
  const auto before = steady_clock::now();
  EXPECT_EQ(link.must({"GET", "k"}).text, "0123456789");
  EXPECT_GE(steady_clock::now() - before, milliseconds(15));
}

TEST_F(FaultProxyTest, stopped_blocks_and_goes_on_without_loss) {
  RedisLink link = connect();
  proxy_.set(Direction::up, {.is_stopped = true});
  link.send({"SET", "stopped", "v"});
  await_silence(link);
  EXPECT_THROW(link.read(), std::runtime_error);
  EXPECT_TRUE(server().ask({"GET", "stopped"}).is_null());
  link.set_timeout(seconds(15));
  proxy_.heal();
  EXPECT_EQ(link.read().text, "OK");
}

TEST_F(FaultProxyTest, black_hole_is_silent_and_keeps_ends_to_itself) {
  RedisLink link = connect();
  proxy_.black_hole();
  await_silence(link);
  EXPECT_THROW(link.ask({"PING"}), std::runtime_error);
  EXPECT_TRUE(is_logged("lost"));
  {
    const RedisLink gone = std::move(link);
  }
  EXPECT_EQ(proxy_.connection_count(), 1U);
}

TEST_F(FaultProxyTest, reset_and_close_end_connections) {
  RedisLink link = connect();
  link.must({"PING"});
  proxy_.reset_all();
  EXPECT_THROW(link.ask({"PING"}), std::runtime_error);
  RedisLink next = connect();
  next.must({"PING"});
  proxy_.close_all();
  EXPECT_THROW(next.ask({"PING"}), std::runtime_error);
  EXPECT_TRUE(is_logged("reset"));
  EXPECT_TRUE(is_logged("close"));
}

TEST_F(FaultProxyTest, refuse_and_drop_let_nobody_in_until_healed) {
  proxy_.refuse();
  EXPECT_THROW(connect(), std::runtime_error);
  proxy_.heal();
  connect().must({"PING"});
  proxy_.drop_new();
  {
    RedisLink dropped = connect();
    await_silence(dropped);
    EXPECT_THROW(dropped.ask({"PING"}), std::runtime_error);
  }
  proxy_.heal();
  connect().must({"PING"});
}

TEST_F(FaultProxyTest, cut_at_a_byte_resets_there) {
  RedisLink link = connect();
  proxy_.set(Direction::down, {.cut_at = 5});
  EXPECT_THROW(link.ask({"PING"}), std::runtime_error);
  EXPECT_EQ(proxy_.forwarded_bytes(Direction::down), 5U);
  EXPECT_TRUE(is_logged("cut at byte 5"));
}

TEST_F(FaultProxyTest, flipped_bytes_are_flipped) {
  RedisLink link = connect();
  link.must({"SET", "k", "v"});
  proxy_.set(Direction::down, {.flip_probability = 1.0});
  link.send({"PING"});
  await_logged("flipped a bit");
  await_silence(link);
  EXPECT_THROW(link.read(), std::runtime_error) << "not a line end is left";
}

TEST_F(FaultProxyTest, edits_change_replies_by_their_number) {
  RedisLink link = connect();
  for (const char* const key : {"a", "b", "c"}) link.must({"SET", key, key});  // replies 0 to 2
  proxy_.set(Direction::down, {.edit = swap_with_next(3)});
  link.send({"GET", "a"});
  link.send({"GET", "b"});
  EXPECT_EQ(link.read().text, "b");
  EXPECT_EQ(link.read().text, "a");
  proxy_.set(Direction::down, {.edit = duplicate_frame(5)});
  EXPECT_EQ(link.ask({"GET", "c"}).text, "c");
  EXPECT_EQ(link.ask({"GET", "a"}).text, "c") << "the second of the two";
  EXPECT_EQ(link.read().text, "a");
  proxy_.set(Direction::down, {.edit = inject_before(7, "+HI\r\n")});
  EXPECT_EQ(link.ask({"GET", "a"}).text, "HI");
  EXPECT_EQ(link.read().text, "a");
  proxy_.set(Direction::down, {.edit = replace_frame(8, "+BAD\r\n")});
  EXPECT_EQ(link.ask({"GET", "a"}).text, "BAD");
  proxy_.set(Direction::down, {.edit = drop_frame(9)});
  await_silence(link);
  EXPECT_THROW(link.ask({"GET", "a"}), std::runtime_error);
  EXPECT_TRUE(is_logged("edited frame 3"));
}

TEST_F(FaultProxyTest, reorder_shuffles_a_window_and_loses_none) {
  RedisLink link = connect();
  proxy_.set(Direction::down, {.edit = reorder(8, 7)});
  for (int index = 0; index < 8; ++index) link.send({"ECHO", std::to_string(index)});
  std::string seen;
  for (int index = 0; index < 8; ++index) seen += link.read().text;
  EXPECT_NE(seen, "01234567");
  std::ranges::sort(seen);
  EXPECT_EQ(seen, "01234567");
}

TEST_F(FaultProxyTest, drop_pushes_loses_invalidations_alone) {
  RedisLink link = connect();
  link.must({"HELLO", "3"});
  link.must({"CLIENT", "TRACKING", "ON"});
  link.must({"GET", "k"});
  proxy_.set(Direction::down, {.edit = drop_pushes()});
  server().ask({"SET", "k", "new"});
  EXPECT_EQ(link.must({"GET", "k"}).text, "new");
  EXPECT_TRUE(is_logged("edited push 0"));
  link.send({"PING"});
  await_silence(link);
  EXPECT_THROW(link.read_push(), std::runtime_error);
}

TEST(FrameSplitter, finds_the_same_frames_however_they_are_cut) {
  const std::vector<std::string> frames = {
      "+OK\r\n",
      "$5\r\na\r\nbc\r\n",
      "$-1\r\n",
      "*2\r\n:1\r\n*1\r\n$0\r\n\r\n",
      "*0\r\n",
      "*-1\r\n",
      "%1\r\n+a\r\n,1.5\r\n",
      ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n",
      "|1\r\n+a\r\n:1\r\n:2\r\n",
      "*2\r\n:1\r\n>1\r\n+x\r\n:2\r\n",
      "=7\r\ntxt:abc\r\n",
  };
  std::string all;
  for (const std::string& frame : frames) all += frame;
  for (std::size_t size = 1; size <= all.size(); ++size) {
    FrameSplitter splitter;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < all.size(); at += size) {
      for (std::string& frame : splitter.feed(std::string_view(all).substr(at, size))) {
        found.push_back(std::move(frame));
      }
    }
    ASSERT_EQ(found, frames) << "cut every " << size << " bytes";
  }
}

TEST(HostileServer, answers_what_it_is_told_and_politely_otherwise) {
  HostileServer server([](const HostileCommand& command) {
    if (command.words[0] != "GET") return polite(command);
    return HostileAnswer{.bytes = "+one\r\n+extra\r\n", .write_bytes = 1};
  });
  RedisLink link({.port = server.port()});
  EXPECT_EQ(link.must({"hello", "3"}).find("proto").number, 3);
  EXPECT_EQ(link.ask({"GET", "k"}).text, "one");
  EXPECT_EQ(link.read().text, "extra");
  server.send_to_all(">1\r\n+hi\r\n");
  EXPECT_EQ(link.read_push().items.at(0).text, "hi");
}

}  // namespace
}  // namespace nacre::chaos
