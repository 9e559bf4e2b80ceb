// The link against a server that the test writes: what real servers rarely do.
#include "redis/link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>

#include "redis/standalone.hpp"
#include "support/await.hpp"
#include "support/redis_calls.hpp"
#include "support/scripted_server.hpp"
#include "support/tick_count.hpp"

namespace nacre::redis {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::ask;
using test::ScriptedServer;
using test::send;
using test::wait_for;

/// What an observer heard, as lines.
class Notes final : public LinkObserver {
 public:
  void on_link_ready(const LinkIdentity& link) override {
    add(link.is_tracking ? "ready tracking" : "ready");
  }
  void on_invalidated(const LinkIdentity&, resp::Reply keys) override {
    add("invalidated " + test::to_text(keys));
  }
  void on_link_lost(const LinkIdentity&) override { add("lost"); }
  void on_heard(const LinkIdentity&, TimePoint) override {}
  void on_slots_moved(std::uint16_t, std::uint16_t) override {}
  void on_primary_changed(std::string_view) override {}

  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  bool has(const std::string& line) const {
    const std::vector<std::string> now = lines();
    return std::find(now.begin(), now.end(), line) != now.end();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

std::string echo(const std::string& command) {
  return "$" + std::to_string(command.size()) + "\r\n" + command + "\r\n";
}

class LinkTest : public testing::Test {
 protected:
  static ConnectSettings quick() {
    return {.command_timeout = 5s, .reconnect_min = 1ms, .reconnect_max = 5ms};
  }

  void connect(std::uint16_t port, ConnectSettings settings = quick()) {
    client_ = make_standalone_client({.host = "127.0.0.1", .port = port},
                                     {.connect = std::move(settings),
                                      .threads = threads_,
                                      .observer = notes_,
                                      .on_event = [notes = notes_](const Event& event) {
                                        notes->add(std::string(name_of(event.kind)));
                                      }});
  }

  void await_state(LinkState state) {
    test::await("state", [&] { return client_->status().state == state; });
  }

  std::shared_ptr<Clock> clock_ = make_system_clock();
  std::shared_ptr<IoThreads> threads_ =
      std::make_shared<IoThreads>(1, clock_, std::make_shared<SeededRandom>(1));
  std::shared_ptr<Notes> notes_ = std::make_shared<Notes>();
  std::shared_ptr<Client> client_{};
};

TEST_F(LinkTest, matches_replies_in_order) {
  ScriptedServer server(echo);
  connect(server.port());
  std::vector<test::PendingAnswer> answers;
  for (int at = 0; at < 3000; ++at) answers.push_back(send(*client_, {"X", std::to_string(at)}));
  for (int at = 0; at < 3000; ++at) {
    EXPECT_EQ(wait_for(answers[static_cast<std::size_t>(at)]).text,
              "'X " + std::to_string(at) + "'");
  }
}

TEST_F(LinkTest, P8_a_command_that_timed_out_keeps_its_place) {
  ScriptedServer server(
      [](const std::string& command) { return command == "SLOW" ? std::string() : echo(command); });
  connect(server.port());
  await_state(LinkState::ready);
  // On a busy machine the deadline may pass before the command is written.
  Answer late;
  for (Duration allowed = 20ms; late.text.find("unknown") == std::string::npos; allowed *= 2) {
    ASSERT_LT(allowed, 60s);
    late = ask(*client_, {"SLOW"}, {.deadline = Deadline::after(*clock_, allowed)});
    EXPECT_EQ(late.error, Errc::command_timeout);
  }
  const test::PendingAnswer next = send(*client_, {"NEXT"});
  test::await("NEXT written", [&] { return server.last_command() == "NEXT"; });
  // The server answered NEXT at once, and SLOW never: what came was taken for SLOW's and dropped.
  server.send("$4\r\nlast\r\n");
  EXPECT_EQ(wait_for(next).text, "'last'");
}

TEST_F(LinkTest, P8_a_cancelled_command_keeps_its_place) {
  ScriptedServer server([](const std::string&) { return std::string(); });
  connect(server.port());
  const auto cancellation = std::make_shared<Cancellation>();
  const test::PendingAnswer first = send(*client_, {"A"}, {.cancellation = cancellation});
  const test::PendingAnswer second = send(*client_, {"B"});
  test::await("B written", [&] { return server.last_command() == "B"; });
  cancellation->cancel();
  EXPECT_EQ(wait_for(first).error, Errc::command_timeout);
  server.send("+a\r\n+b\r\n");
  EXPECT_EQ(wait_for(second).text, "+b");
}

TEST_F(LinkTest, closes_after_a_reply_to_nothing) {
  ScriptedServer server(echo);
  connect(server.port());
  ASSERT_EQ(ask(*client_, {"A"}).text, "'A'");
  server.send("+extra\r\n");
  test::await("a second connection", [&] { return server.accepted_count() == 2; });
  EXPECT_EQ(ask(*client_, {"B"}).text, "'B'");
  EXPECT_NE(client_->status().last_error.find("not asked"), std::string::npos);
}

TEST_F(LinkTest, closes_after_what_is_not_resp_and_says_the_outcome_is_unknown) {
  ScriptedServer server([](const std::string& command) {
    return command == "BAD" ? "?what\r\n" : command == "OTHER" ? "" : echo(command);
  });
  connect(server.port());
  const test::PendingAnswer other = send(*client_, {"OTHER"});
  const Answer bad = ask(*client_, {"BAD"});
  EXPECT_EQ(bad.error, Errc::connection_lost);
  EXPECT_NE(bad.text.find("unknown"), std::string::npos);
  EXPECT_EQ(wait_for(other).error, Errc::connection_lost);
  EXPECT_EQ(ask(*client_, {"AGAIN"}).text, "'AGAIN'");
}

TEST_F(LinkTest, P11_closes_when_a_reply_passes_the_limits) {
  ScriptedServer server([](const std::string&) { return "*1000000000\r\n"; });
  connect(server.port());
  EXPECT_EQ(ask(*client_, {"A"}).error, Errc::connection_lost);
}

TEST_F(LinkTest, resends_only_what_is_idempotent) {
  std::atomic<int> seen_count{0};
  ScriptedServer server([&](const std::string& command) {
    return ++seen_count <= 2 ? std::string() : echo(command);
  });
  connect(server.port());
  const test::PendingAnswer set = send(*client_, {"SET"}, {.is_idempotent = true});
  const test::PendingAnswer increment = send(*client_, {"INCR"});
  test::await("both written", [&] { return seen_count == 2; });
  server.drop_all();
  EXPECT_EQ(wait_for(increment).error, Errc::connection_lost);
  EXPECT_EQ(wait_for(set).text, "'SET'");
}

TEST_F(LinkTest, resends_a_bounded_number_of_times) {
  ScriptedServer server(
      [](const std::string& command) { return command == "POISON" ? "?\r\n" : echo(command); });
  connect(server.port());
  EXPECT_EQ(ask(*client_, {"POISON"}, {.is_idempotent = true}).error, Errc::connection_lost);
  const std::vector<std::string> commands = server.commands();
  EXPECT_EQ(std::count(commands.begin(), commands.end(), "POISON"), 3);
}

TEST_F(LinkTest, waits_for_a_connection_until_the_deadline) {
  std::uint16_t port = 0;
  {
    port = ScriptedServer(echo).port();
  }
  connect(port);
  const Answer answer = ask(*client_, {"A"}, {.deadline = Deadline::after(*clock_, 50ms)});
  await_state(LinkState::reconnecting);
  EXPECT_EQ(answer.error, Errc::connection_failed);
  EXPECT_NE(answer.text.find("never written"), std::string::npos);
  EXPECT_EQ(client_->status().health, Health::down);
}

TEST_F(LinkTest, P11_answers_saturated_when_the_queue_is_full) {
  ScriptedServer server([](const std::string&) { return std::string(); });
  ConnectSettings settings = quick();
  settings.max_in_flight = 4;
  settings.max_queued = 8;
  connect(server.port(), settings);
  await_state(LinkState::ready);
  std::vector<test::PendingAnswer> answers;
  for (int at = 0; at < 40; ++at) {
    answers.push_back(send(*client_, {"A"}, {.deadline = Deadline::after(*clock_, 1s)}));
  }
  int saturated_count = 0;
  for (const test::PendingAnswer& answer : answers) {
    const Errc error = wait_for(answer).error.value();
    if (error == Errc::saturated) ++saturated_count;
  }
  EXPECT_GE(saturated_count, 20);
  const std::vector<std::string> commands = server.commands();
  EXPECT_LE(std::count(commands.begin(), commands.end(), "A"), 4);
  const std::string large(settings.max_queued_bytes + 1, 'x');
  EXPECT_EQ(ask(*client_, {large}).error, Errc::value_too_large);
  EXPECT_EQ(ask(*client_, {}).error, Errc::invalid_argument);
}

TEST_F(LinkTest, finds_a_silent_server_within_two_seconds) {
  ScriptedServer server([](const std::string&) { return std::string(); });
  connect(server.port());
  await_state(LinkState::ready);
  const TimePoint begin = clock_->now();
  const test::TickCount ticks(clock_);
  test::await("lost", [&] { return notes_->has("lost"); });
  EXPECT_LT(ticks.passed(), 2200ms);
  EXPECT_GT(clock_->now() - begin, 1500ms);
  const std::vector<std::string> commands = server.commands();
  EXPECT_EQ(std::count(commands.begin(), commands.end(), "PING"), 3);
}

TEST_F(LinkTest, closes_when_a_reply_is_overdue_four_times) {
  ScriptedServer server(
      [](const std::string& command) { return command == "SLOW" ? "" : echo(command); });
  ConnectSettings settings = quick();
  settings.command_timeout = 50ms;
  connect(server.port(), settings);
  EXPECT_EQ(ask(*client_, {"SLOW"}).error, Errc::command_timeout);
  test::await("lost", [&] { return notes_->has("lost"); });
  EXPECT_NE(client_->status().last_error.find("overdue"), std::string::npos);
}

TEST_F(LinkTest, tells_pushes_and_replies_in_the_order_of_the_wire) {
  ScriptedServer server([](const std::string& command) -> std::string {
    const std::string push = ">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n";
    if (command == "ARRAY") return "*2\r\n+a\r\n" + push + "+b\r\n";
    return push + "+r\r\n>2\r\n+invalidate\r\n_\r\n";
  });
  ConnectSettings settings = quick();
  settings.is_tracking = true;
  connect(server.port(), settings);
  const auto noting = [notes = notes_](const ReplyHandler::Outcome& outcome, const Answerer&) {
    notes->add("reply " + test::to_text(outcome.value()));
  };
  const std::string_view array[] = {"ARRAY"};
  client_->execute({.arguments = array}, noting);
  const std::string_view plain[] = {"PLAIN"};
  client_->execute({.arguments = plain}, noting);
  test::await("all", [&] { return notes_->has("invalidated _"); });
  std::vector<std::string> lines = notes_->lines();
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [](const std::string& line) { return line.find(' ') == line.npos; }),
              lines.end());
  EXPECT_THAT(lines, testing::ElementsAre("ready tracking", "invalidated ['k']", "reply [+a +b]",
                                          "invalidated ['k']", "reply +r", "invalidated _"));
}

TEST_F(LinkTest, asks_again_while_the_server_loads) {
  std::atomic<int> seen_count{0};
  ScriptedServer server([&](const std::string& command) {
    return ++seen_count < 3 ? std::string("-LOADING Redis is loading\r\n") : echo(command);
  });
  connect(server.port());
  EXPECT_EQ(ask(*client_, {"INCR"}).text, "'INCR'");
  EXPECT_EQ(client_->status().health, Health::degraded);
  // Without time left the server's own words are the answer, if they come in that time at all.
  Answer late{.error = Errc::command_timeout};
  for (int tries = 0; late.error == Errc::command_timeout && tries < 100; ++tries) {
    seen_count = 0;
    late = ask(*client_, {"X"}, {.deadline = Deadline::after(*clock_, 60ms)});
  }
  EXPECT_EQ(late.text, "-LOADING Redis is loading");
}

TEST_F(LinkTest, tells_the_loss_before_the_handlers_and_both_before_the_next_dial) {
  ScriptedServer server([](const std::string&) { return std::string(); });
  connect(server.port());
  await_state(LinkState::ready);
  const std::string_view words[] = {"A"};
  client_->execute(
      {.arguments = words},
      [notes = notes_](const ReplyHandler::Outcome&, const Answerer&) { notes->add("handler"); });
  test::await("written", [&] { return server.last_command() == "A"; });
  server.drop_all();
  test::await("handler", [&] { return notes_->has("reconnecting"); });
  const std::vector<std::string> lines = notes_->lines();
  EXPECT_THAT(lines, testing::IsSupersetOf({"lost", "handler"}));
  const auto at = [&](const char* line) { return std::find(lines.begin(), lines.end(), line); };
  EXPECT_LT(at("lost"), at("handler"));
  EXPECT_LT(at("handler"), at("reconnecting"));
}

TEST_F(LinkTest, shuts_down_when_all_is_answered_or_when_time_is_up) {
  ScriptedServer server(
      [](const std::string& command) { return command == "NEVER" ? "" : echo(command); });
  connect(server.port());
  const test::PendingAnswer answered = send(*client_, {"A"});
  EXPECT_TRUE(client_->shutdown(Deadline::after(*clock_, 5s)));
  EXPECT_EQ(wait_for(answered).text, "'A'");
  EXPECT_EQ(ask(*client_, {"B"}).error, Errc::connection_failed);
  EXPECT_EQ(client_->status().state, LinkState::closed);
  EXPECT_TRUE(notes_->has("end"));

  connect(server.port());
  const test::PendingAnswer never = send(*client_, {"NEVER"});
  test::await("written", [&] { return server.last_command() == "NEVER"; });
  EXPECT_FALSE(client_->shutdown(Deadline::after(*clock_, 30ms)));
  EXPECT_EQ(wait_for(never).error, Errc::connection_lost);
}

TEST_F(LinkTest, stays_away_for_a_second_when_credentials_are_refused) {
  ScriptedServer server([](const std::string&) { return "-WRONGPASS no\r\n"; }, false);
  const TimePoint begin = clock_->now();
  connect(server.port());
  test::await("refused", [&] { return notes_->has("reconnecting"); });
  EXPECT_NE(client_->status().last_error.find("WRONGPASS"), std::string::npos);
  EXPECT_EQ(ask(*client_, {"A"}, {.deadline = Deadline::after(*clock_, 500ms)}).error,
            Errc::connection_failed);
  // How many attempts fit depends on how long this thread was kept waiting.
  EXPECT_LE(server.accepted_count(), 1 + (clock_->now() - begin) / 1s);
}

}  // namespace
}  // namespace nacre::redis
