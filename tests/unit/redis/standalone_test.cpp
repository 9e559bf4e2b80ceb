// The client against a real server.
#include "redis/standalone.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>

#include "redis/script.hpp"
#include "redis/server_error.hpp"
#include "support/await.hpp"
#include "support/redis_calls.hpp"
#include "support/redis_server.hpp"
#include "support/tick_count.hpp"

namespace nacre::redis {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::ask;
using test::RedisServer;
using test::send;
using test::wait_for;

/// What the observer was told of keys.
class Invalidations final : public LinkObserver {
 public:
  void on_link_ready(const LinkIdentity&) override {}
  void on_invalidated(const LinkIdentity&, resp::Reply keys) override {
    const std::lock_guard lock(mutex_);
    if (keys.is_null()) names_.insert("*");
    for (const resp::Reply key : keys) names_.emplace(key.text());
  }
  void on_link_lost(const LinkIdentity&) override { ++lost_count; }
  void on_heard(const LinkIdentity&, TimePoint) override { ++heard_count; }
  void on_slots_moved(std::uint16_t, std::uint16_t) override {}
  void on_primary_changed(std::string_view) override {}

  bool has(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return names_.contains(name);
  }

  std::atomic<int> lost_count{0};
  std::atomic<int> heard_count{0};

 private:
  mutable std::mutex mutex_;
  std::set<std::string> names_;
};

class StandaloneTest : public testing::Test {
 protected:
  std::shared_ptr<Client> connect(const test::RedisAddress& address, bool is_tracking = false) {
    ConnectSettings settings;
    settings.command_timeout = 5s;
    settings.reconnect_max = 100ms;
    const Url url = Url::parse(address.url());
    url.apply_to(settings);
    settings.tls.ca_file = address.authority_file;
    if (settings.tls.is_on) settings.tls.verify_name = address.server_name;
    settings.is_tracking = is_tracking;
    return make_standalone_client(
        url.address, {.connect = settings, .threads = threads_, .observer = invalidations_});
  }

  std::shared_ptr<Clock> clock_ = make_system_clock();
  std::shared_ptr<IoThreads> threads_ =
      std::make_shared<IoThreads>(2, clock_, std::make_shared<SystemRandom>());
  std::shared_ptr<Invalidations> invalidations_ = std::make_shared<Invalidations>();
};

TEST_F(StandaloneTest, executes_commands_of_every_type_of_reply) {
  RedisServer server({.settings = {"enable-debug-command yes"}});
  const auto client = connect(server.address());
  EXPECT_EQ(ask(*client, {"SET", "k", "v"}).text, "+OK");
  EXPECT_EQ(ask(*client, {"GET", "k"}).text, "'v'");
  EXPECT_EQ(ask(*client, {"GET", "none"}).text, "_");
  EXPECT_EQ(ask(*client, {"INCR", "k"}).text, "-ERR value is not an integer or out of range");
  EXPECT_EQ(ask(*client, {"HSET", "h", "a", "1"}).text, "1");
  EXPECT_EQ(ask(*client, {"HGETALL", "h"}).text, "%{'a' '1'}");
  EXPECT_EQ(ask(*client, {"DEBUG", "PROTOCOL", "double"}).text, ",3.141000");
  EXPECT_EQ(ask(*client, {"DEBUG", "PROTOCOL", "bignum"}).text,
            "(1234567999999999999999999999999999999");
  EXPECT_EQ(ask(*client, {"DEBUG", "PROTOCOL", "set"}).text, "~{0 1 2}");
  EXPECT_EQ(ask(*client, {"DEBUG", "PROTOCOL", "map"}).text, "%{0 #f 1 #t 2 #f}");
  EXPECT_EQ(ask(*client, {"DEBUG", "PROTOCOL", "attrib"}).text,
            "|{'key-popularity' ['key:123' 90]}'Some real reply following the attribute'");
  EXPECT_EQ(ask(*client, {"DEBUG", "PROTOCOL", "verbatim"}).text,
            "=txt:This is a verbatim\nstring");
  EXPECT_EQ(ask(*client, {"DEBUG", "PROTOCOL", "true"}).text, "#t");
  EXPECT_EQ(client->status().nodes.front().version, "7.0.15");
  EXPECT_EQ(client->status().nodes.front().role, Role::primary);
  EXPECT_EQ(client->status().health, Health::up);
}

TEST_F(StandaloneTest, carries_values_of_many_megabytes) {
  RedisServer server;
  const auto client = connect(server.address());
  const std::string large(std::size_t{20} << 20, 'x');
  EXPECT_EQ(ask(*client, {"SET", "k", large}).text, "+OK");
  EXPECT_EQ(ask(*client, {"GET", "k"}).text, "'" + large + "'");
}

TEST_F(StandaloneTest, speaks_tls_as_a_user_and_shows_its_name) {
  RedisServer server({.has_tls = true, .has_users = true});
  const auto client = connect(server.address(), true);
  EXPECT_EQ(ask(*client, {"SET", "k", "v"}).text, "+OK");
  const std::string large(std::size_t{3} << 20, 'y');
  EXPECT_EQ(ask(*client, {"SET", "large", large}).text, "+OK");
  EXPECT_EQ(ask(*client, {"GET", "large"}).text, "'" + large + "'");
  bool is_named = false;
  for (const auto& one : server.clients()) is_named |= one.at("name") == "nacre";
  EXPECT_TRUE(is_named);
}

TEST_F(StandaloneTest, believes_no_certificate_of_a_rogue_authority_and_no_other_name) {
  RedisServer server({.has_tls = true});
  test::RedisAddress rogue = server.address();
  rogue.authority_file = test::redis_tls_files().rogue_authority;
  test::RedisAddress renamed = server.address();
  renamed.server_name = "elsewhere.example";
  for (const test::RedisAddress& address : {rogue, renamed}) {
    const auto client = connect(address);
    test::await("refused", [&] { return !client->status().last_error.empty(); });
    const Answer answer = ask(*client, {"PING"}, {.deadline = Deadline::after(*clock_, 500ms)});
    EXPECT_EQ(answer.error, Errc::connection_failed);
    EXPECT_NE(answer.text.find("certificate"), std::string::npos) << answer.text;
  }
}

TEST_F(StandaloneTest, dials_a_plain_server_with_tls_no_longer_than_the_connect_timeout) {
  RedisServer server;
  ConnectSettings settings;
  settings.connect_timeout = 200ms;
  settings.tls = {.is_on = true, .ca_file = test::redis_tls_files().authority};
  const auto client = make_standalone_client({.host = server.host(), .port = server.port()},
                                             {.connect = settings, .threads = threads_});
  test::await("given up", [&] { return !client->status().last_error.empty(); });
  EXPECT_EQ(client->status().health, Health::down);
}

TEST_F(StandaloneTest, hears_of_changes_to_what_it_has_read) {
  RedisServer server;
  const auto client = connect(server.address(), true);
  const Answer read = ask(*client, {"GET", "absent"});
  EXPECT_TRUE(read.is_tracking);
  server.ask({"SET", "absent", "now there"});
  test::await("the push", [&] { return invalidations_->has("absent"); });
  // Own writes are announced too.
  ask(*client, {"GET", "own"});
  ask(*client, {"SET", "own", "1"});
  test::await("the push", [&] { return invalidations_->has("own"); });
  server.ask({"FLUSHALL"});
  test::await("the null push", [&] { return invalidations_->has("*"); });
}

TEST_F(StandaloneTest, comes_back_after_the_server_was_killed) {
  RedisServer server;
  const auto client = connect(server.address());
  const Answer before = ask(*client, {"PING"});
  server.kill_now();
  test::await("lost", [&] { return client->status().health == Health::down; });
  server.restart();
  test::await("back", [&] { return client->status().health == Health::up; });
  const Answer after = ask(*client, {"PING"});
  EXPECT_EQ(after.text, "+PONG");
  EXPECT_NE(after.link_id, before.link_id);
}

TEST_F(StandaloneTest, finds_a_stopped_server_within_two_seconds) {
  RedisServer server;
  const auto client = connect(server.address());
  test::await("ready", [&] { return client->status().health == Health::up; });
  ask(*client, {"PING"});
  server.pause();
  const test::TickCount ticks(clock_);
  test::await("down", [&] { return client->status().health == Health::down; });
  EXPECT_LT(ticks.passed(), 2500ms);
  server.go_on();
  EXPECT_EQ(ask(*client, {"PING"}).text, "+PONG");
  EXPECT_GE(invalidations_->lost_count, 1);
}

TEST_F(StandaloneTest, blocks_nobody_with_a_blocking_command) {
  RedisServer server;
  const auto client = connect(server.address());
  const auto popped = send(*client, {"BLPOP", "list", "10"},
                           {.deadline = Deadline::after(*clock_, 15s), .lane = Lane::blocking});
  EXPECT_EQ(ask(*client, {"PING"}).text, "+PONG");
  // One whose caller leaves must not take what nobody waits for.
  const Answer left = ask(*client, {"BLPOP", "other", "10"},
                          {.deadline = Deadline::after(*clock_, 200ms), .lane = Lane::blocking});
  EXPECT_EQ(left.error, Errc::command_timeout);
  test::await("link closed", [&] { return server.info("blocked_clients") == "1"; });
  ask(*client, {"RPUSH", "other", "kept"});
  EXPECT_EQ(ask(*client, {"LLEN", "other"}).text, "1");
  ask(*client, {"RPUSH", "list", "x"});
  EXPECT_EQ(wait_for(popped).text, "['list' 'x']");
}

TEST_F(StandaloneTest, loads_a_script_that_the_server_does_not_know) {
  RedisServer server;
  const auto client = connect(server.address());
  const Script script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  EXPECT_EQ(script.sha1(), server.ask({"SCRIPT", "LOAD", script.text()}).text);
  server.ask({"SCRIPT", "FLUSH"});
  for (int round = 1; round <= 3; ++round) {
    std::promise<std::int64_t> sum;
    const std::string_view keys[] = {"counter"};
    const std::string_view arguments[] = {"5"};
    run_script(*client, script, keys, arguments, {},
               [&](const ReplyHandler::Outcome& outcome, const Answerer&) {
                 sum.set_value(outcome.value().integer());
               });
    EXPECT_EQ(sum.get_future().get(), 5 * round);
    if (round == 2) server.ask({"SCRIPT", "FLUSH"});
  }
}

/// Counts what comes.
class Listener final : public SubscriptionListener {
 public:
  void on_ready(const LinkIdentity&) override { note("ready"); }
  void on_lost(const LinkIdentity&, std::string_view) override { note("lost"); }
  void on_subscribed(ChannelKind, std::string_view channel) override {
    note("subscribed " + std::string(channel));
  }
  void on_unsubscribed(ChannelKind, std::string_view channel) override {
    note("unsubscribed " + std::string(channel));
  }
  void on_refused(ChannelKind, std::string_view channel, std::string_view error) override {
    note("refused " + std::string(channel) + " " + std::string(error.substr(0, 6)));
  }
  void on_message(std::string_view channel, std::string_view pattern,
                  std::string_view payload) override {
    note(std::string(channel) + "|" + std::string(pattern) + "|" + std::string(payload));
  }

  void wait_for_line(const std::string& line) const {
    test::await(line, [&] {
      const std::lock_guard lock(mutex_);
      return lines_.contains(line);
    });
  }

 private:
  void note(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.insert(std::move(line));
  }

  mutable std::mutex mutex_;
  std::multiset<std::string> lines_;
};

TEST_F(StandaloneTest, subscribes_on_a_link_of_its_own) {
  RedisServer server({.has_users = true});
  server.ask({"ACL", "SETUSER", test::application_user().name, "resetchannels", "&news*"});
  const auto client = connect(server.address());
  const auto listener = std::make_shared<Listener>();
  const auto link = client->subscribe({}, listener);
  listener->wait_for_line("ready");
  link->subscribe(ChannelKind::channel, "news");
  link->subscribe(ChannelKind::channel, "secret");
  link->subscribe(ChannelKind::pattern, "news*");
  link->subscribe(ChannelKind::shard_channel, "news-shard");
  listener->wait_for_line("subscribed news");
  listener->wait_for_line("refused secret NOPERM");
  listener->wait_for_line("subscribed news*");
  listener->wait_for_line("subscribed news-shard");
  server.ask({"PUBLISH", "news", "hello"});
  listener->wait_for_line("news||hello");
  listener->wait_for_line("news|news*|hello");
  server.ask({"SPUBLISH", "news-shard", "sharded"});
  listener->wait_for_line("news-shard||sharded");
  link->unsubscribe(ChannelKind::channel, "news");
  listener->wait_for_line("unsubscribed news");
  server.kill_now();
  listener->wait_for_line("lost");
}

TEST_F(StandaloneTest, raises_the_code_of_a_script_that_fails) {
  RedisServer server;
  const auto client = connect(server.address());
  std::promise<Errc> code;
  const Script script("return redis.error_reply('ERR mine')");
  run_script(*client, script, {}, {}, {},
             [&](const ReplyHandler::Outcome& outcome, const Answerer&) {
               code.set_value(error_from(outcome.value(), true).code());
             });
  EXPECT_EQ(code.get_future().get(), Errc::script_execution_failed);
}

}  // namespace
}  // namespace nacre::redis
