// The client against a real origin on the loopback interface: connections, limits, retries, time.
#include "http/origin_client.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "unit/http/origin_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::Answered;
using test::Asked;
using test::detail_of;
using test::OriginScript;
using test::SeenRequest;
using test::TestOrigin;
using test::text_of;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;

class OriginClientTest : public test::OriginFixture {
 protected:
  /// A reader of `origin`, with `connection`; generous with retries unless it says otherwise.
  void read_with(const TestOrigin& origin, OriginConnectionOptions connection = {}) {
    read_from({.url = origin.url("/{id}"), .connection = std::move(connection)});
  }

  Asked ask_within(Duration timeout, const std::string& key = "p:1") {
    LoadContext limited = context(key);
    limited.deadline = Deadline::after(*clock_, timeout);
    return ask(limited);
  }
};

OriginScript held(const std::string& body) {
  OriginScript script = OriginScript::reply(200, body);
  script.is_held = true;
  return script;
}

TEST_F(OriginClientTest, keeps_a_connection_for_the_next_request) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_with(origin);
  for (int count = 0; count < 5; ++count) EXPECT_EQ(text_of(ask().get()), "x");
  EXPECT_EQ(origin.connection_count(), 1U);
  EXPECT_EQ(figure("nacre_origin_connects_total"), 1);
  EXPECT_EQ(figure("nacre_origin_idle_connections"), 1);
  EXPECT_EQ(figure("nacre_origin_in_flight"), 0);
}

TEST_F(OriginClientTest, keeps_only_connections_that_ended_cleanly) {
  const std::vector<std::string> unclean{
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n"};
  TestOrigin origin([&](const SeenRequest& request) {
    return OriginScript{.bytes = unclean[request.request_index % unclean.size()]};
  });
  read_with(origin);
  for (std::size_t count = 1; count <= unclean.size(); ++count) {
    EXPECT_EQ(text_of(ask().get()), "x");
    EXPECT_EQ(figure("nacre_origin_idle_connections"), 0);
    EXPECT_EQ(figure("nacre_origin_connects_total"), static_cast<double>(count));
  }
}

TEST_F(OriginClientTest, keeps_no_more_connections_than_allowed) {
  TestOrigin origin([](const SeenRequest&) { return held("x"); });
  read_with(origin, {.max_idle = 2});
  std::vector<Asked> asked;
  for (int count = 0; count < 4; ++count) asked.push_back(ask());
  ASSERT_TRUE(origin.wait_for_requests(4));
  origin.release();
  for (Asked& one : asked) EXPECT_EQ(text_of(one.get()), "x");
  EXPECT_EQ(figure("nacre_origin_idle_connections"), 2);
  EXPECT_TRUE(origin.wait_for_ended_connections(2));
}

TEST_F(OriginClientTest, closes_connections_that_are_idle_for_too_long) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_with(origin, {.idle_timeout = 10s});
  ASSERT_EQ(text_of(ask().get()), "x");
  clock_->advance(9s);
  ASSERT_EQ(text_of(ask().get()), "x");
  EXPECT_EQ(origin.connection_count(), 1U);
  clock_->advance(10s);
  EXPECT_TRUE(origin.wait_for_ended_connections(1));
  ASSERT_EQ(text_of(ask().get()), "x");
  EXPECT_EQ(origin.connection_count(), 2U);
}

TEST_F(OriginClientTest, notices_a_kept_connection_that_was_closed) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_with(origin, {.max_retries = 0});
  ASSERT_EQ(text_of(ask().get()), "x");
  origin.close_connections();
  EXPECT_EQ(text_of(ask().get()), "x");
  EXPECT_EQ(origin.connection_count(), 2U);
}

TEST_F(OriginClientTest, asks_again_when_a_kept_connection_dies_before_its_answer) {
  for (const bool resets : {false, true}) {
    TestOrigin origin([&](const SeenRequest& request) {
      if (request.request_index != 1) return OriginScript::reply(200, "x");
      return OriginScript{.closes = !resets, .resets = resets};
    });
    read_with(origin, {.max_retries = 0});
    ASSERT_EQ(text_of(ask().get()), "x");
    EXPECT_EQ(text_of(ask().get()), "x") << "resets: " << resets;
    EXPECT_EQ(origin.requests().size(), 3U);
    EXPECT_EQ(figure("nacre_origin_retries_total"), 0);
  }
}

TEST_F(OriginClientTest, asks_again_only_once_and_on_a_fresh_connection) {
  TestOrigin origin([](const SeenRequest& request) {
    if (request.request_index == 0) return OriginScript::reply(200, "x");
    return OriginScript{.resets = true};
  });
  read_with(origin, {.max_retries = 0});
  ASSERT_EQ(text_of(ask().get()), "x");
  EXPECT_EQ(detail_of(ask().get(), "reason"), "reset");
  const auto requests = origin.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[1].connection_index, 0U);
  EXPECT_EQ(requests[2].connection_index, 1U);
}

TEST_F(OriginClientTest, does_not_ask_again_once_an_answer_has_begun) {
  TestOrigin origin([](const SeenRequest& request) {
    if (request.request_index == 0) return OriginScript::reply(200, "x");
    return OriginScript{.bytes = "H", .closes = true};
  });
  read_with(origin, {.max_retries = 0});
  ASSERT_EQ(text_of(ask().get()), "x");
  EXPECT_EQ(detail_of(ask().get(), "reason"), "reset");
  EXPECT_EQ(origin.requests().size(), 2U);
}

TEST_F(OriginClientTest, limits_what_is_on_its_way_and_what_waits) {
  TestOrigin origin([](const SeenRequest& request) { return held(request.target); });
  read_with(origin, {.max_concurrent = 2, .max_queued = 1});
  Asked first = ask("p:1");
  Asked second = ask("p:2");
  Asked third = ask("p:3");
  const Answered refused = ask("p:4").get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::saturated);
  ASSERT_TRUE(origin.wait_for_requests(2));
  EXPECT_EQ(origin.requests().size(), 2U);
  EXPECT_EQ(figure("nacre_origin_in_flight"), 2);
  EXPECT_EQ(figure("nacre_origin_queued"), 1);
  EXPECT_EQ(failures("saturated"), 1);

  origin.release();
  EXPECT_EQ(text_of(first.get()), "/1");
  EXPECT_EQ(text_of(second.get()), "/2");
  ASSERT_TRUE(origin.wait_for_requests(3));
  origin.release();
  EXPECT_EQ(text_of(third.get()), "/3");
}

TEST_F(OriginClientTest, who_gives_up_in_the_queue_leaves_it) {
  TestOrigin origin([](const SeenRequest& request) { return held(request.target); });
  read_with(origin, {.max_concurrent = 1, .max_queued = 1});
  Asked first = ask("p:1");
  ASSERT_TRUE(origin.wait_for_requests(1));
  Asked second = ask_within(1s, "p:2");
  EXPECT_EQ(detail_of(second.get_while_time_passes(*clock_, 1s), "phase"), "waiting for a place");
  Asked third = ask("p:3");
  origin.release();
  EXPECT_EQ(text_of(first.get()), "/1");
  ASSERT_TRUE(origin.wait_for_requests(2));
  origin.release();
  EXPECT_EQ(text_of(third.get()), "/3");
}

// Both are stopped by one task of the loop: the place of the first is on its way to the second when
// that one is stopped, too.
TEST_F(OriginClientTest, place_is_not_lost_with_who_was_about_to_get_it) {
  TestOrigin origin([](const SeenRequest& request) {
    return request.request_index == 0 ? held("never") : OriginScript::reply(200, request.target);
  });
  TestOrigin other([](const SeenRequest&) { return held("now"); });
  reader_ = std::make_unique<OriginReader>(
      OriginRules({{.match = "p:{id}",
                    .url = origin.url("/{id}"),
                    .connection = {.max_concurrent = 1, .max_queued = 2}},
                   {.match = "other", .url = other.url("/")}}),
      clock_, metrics_, std::make_shared<SeededRandom>(1));
  std::stop_source stop_first;
  std::stop_source stop_second;
  LoadContext first = context("p:1");
  LoadContext second = context("p:2");
  first.stop = stop_first.get_token();
  second.stop = stop_second.get_token();
  Asked asked_first = ask(first);
  ASSERT_TRUE(origin.wait_for_requests(1));
  Asked asked_second = ask(second);
  reader_->loader (*reader_->find("other"))(context("other"),
                                            LoadCompletion<Bytes>([&](const Answered&) {
                                              stop_first.request_stop();
                                              stop_second.request_stop();
                                            }));
  ASSERT_TRUE(other.wait_for_requests(1));
  other.release();
  EXPECT_FALSE(asked_first.get());
  EXPECT_FALSE(asked_second.get());
  EXPECT_EQ(text_of(ask("p:3").get()), "/3");
}

TEST_F(OriginClientTest, retries_what_may_pass) {
  const std::vector<std::pair<const char*, OriginScript>> troubles{
      {"502", OriginScript::reply(502, "")},
      {"503", OriginScript::reply(503, "")},
      {"504", OriginScript::reply(504, "")},
      {"reset", {.resets = true}},
      {"closed", {.closes = true}},
      {"cut", {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell", .closes = true}}};
  for (const auto& [name, script] : troubles) {
    TestOrigin origin([&trouble = script](const SeenRequest& request) {
      return request.request_index == 0 ? trouble : OriginScript::reply(200, "x");
    });
    read_with(origin, {.max_retries = 1});
    EXPECT_EQ(text_of(ask().get_while_time_passes(*clock_, 10ms)), "x") << name;
    EXPECT_EQ(figure("nacre_origin_retries_total"), 1) << name;
    EXPECT_EQ(origin.requests().size(), 2U) << name;
  }
}

TEST_F(OriginClientTest, does_not_retry_what_will_not_change) {
  const std::vector<std::pair<const char*, OriginScript>> troubles{
      {"500", OriginScript::reply(500, "")},
      {"429", OriginScript::reply(429, "")},
      {"garbage", {.bytes = "garbage"}},
      {"too large", {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"}}};
  for (const auto& [name, script] : troubles) {
    TestOrigin origin([&trouble = script](const SeenRequest&) { return trouble; });
    read_with(origin, {.max_body_bytes = 10, .max_retries = 5});
    EXPECT_FALSE(ask().get()) << name;
    EXPECT_EQ(origin.requests().size(), 1U) << name;
  }
}

TEST_F(OriginClientTest, makes_as_many_attempts_as_allowed) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(503, ""); });
  // Each wait earns the budget's one retry a second.
  read_with(origin, {.max_retries = 3, .min_retry_delay = 1s, .max_retry_delay = 1s});
  const Answered answered = ask().get_while_time_passes(*clock_, 1s);
  EXPECT_EQ(detail_of(answered, "status"), "503");
  EXPECT_EQ(origin.requests().size(), 4U);
  EXPECT_EQ(failures("status"), 1) << "a load, not an attempt";
}

TEST_F(OriginClientTest, retries_stay_within_their_budget) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(503, ""); });
  read_with(
      origin,
      {.max_retries = 10, .min_retry_delay = 1ms, .max_retry_delay = 1ms, .retry_budget = 0.1});
  // Time passes only as the waits need it: 1 ms a retry, far from the one retry a second.
  for (int count = 0; count < 50; ++count) {
    EXPECT_FALSE(ask().get_while_time_passes(*clock_, 1ms));
  }
  const double retries = figure("nacre_origin_retries_total");
  const double passed_seconds = std::chrono::duration<double>(clock_->now() - begun_at_).count();
  EXPECT_GE(retries, 4);
  EXPECT_LE(retries, 1 + 50 * 0.1 + passed_seconds);
  EXPECT_EQ(static_cast<double>(origin.requests().size()), 50 + retries);
}

TEST_F(OriginClientTest, fails_when_nobody_listens) {
  std::string url;
  {
    const TestOrigin gone([](const SeenRequest&) { return OriginScript{}; });
    url = gone.url("/{id}");
  }
  read_from({.url = url, .connection = {.max_retries = 0}});
  const Answered answered = ask().get();
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), Errc::load_failed);
  EXPECT_EQ(detail_of(answered, "reason"), "connect");
  EXPECT_EQ(failures("connect"), 1);
}

TEST_F(OriginClientTest, fails_when_the_host_has_no_address) {
  // RFC 6761, section 6.4: "invalid" never resolves.
  read_from({.url = "http://host.invalid/{id}", .connection = {.max_retries = 0}});
  EXPECT_EQ(detail_of(ask().get(), "reason"), "unresolved");
}

TEST_F(OriginClientTest, resolves_names_and_tries_each_address) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_from({.url = origin.url("/{id}", "localhost")});
  EXPECT_EQ(text_of(ask().get()), "x");
}

TEST_F(OriginClientTest, P5_nobody_waits_past_the_deadline) {
  TestOrigin origin([](const SeenRequest& request) {
    // Hangs before the head, in the head, in the body.
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe";
    const std::size_t sizes[] = {0, 10, answer.size()};
    return OriginScript{.bytes = answer.substr(0, sizes[request.request_index])};
  });
  read_with(origin, {.max_retries = 5});
  for (std::size_t count = 1; count <= 3; ++count) {
    Asked asked = ask_within(2s);
    ASSERT_TRUE(origin.wait_for_requests(count));
    clock_->advance(2s - 1ns);
    EXPECT_FALSE(asked.is_answered());
    clock_->advance(1ns);
    const Answered answered = asked.get();
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().code(), Errc::load_timeout);
    EXPECT_EQ(detail_of(answered, "phase"), "waiting for the answer");
    EXPECT_TRUE(origin.wait_for_ended_connections(count)) << "its connection is closed";
  }
  EXPECT_EQ(figure("nacre_origin_in_flight"), 0);
  EXPECT_EQ(failures("timeout"), 3);
}

TEST_F(OriginClientTest, deadline_that_has_passed_asks_nobody) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_with(origin);
  const Answered answered = ask_within(0s).get();
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), Errc::load_timeout);
  EXPECT_EQ(origin.connection_count(), 0U);
}

/// Listens, and accepts nothing: with a full queue connecting does not end.
class DeafListener {
 public:
  DeafListener() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, generic(), sizeof address_);
    ::listen(listener_, 0);
    socklen_t size = sizeof address_;
    ::getsockname(listener_, generic(), &size);
  }
  DeafListener(const DeafListener&) = delete;
  DeafListener& operator=(const DeafListener&) = delete;
  ~DeafListener() {
    ::close(listener_);
    for (const int fill : fills_) ::close(fill);
  }

  /// Fills the queue of connections that the system accepts by itself.
  void fill_queue() {
    for (int count = 0; count < 4; ++count) {
      fills_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      ::connect(fills_.back(), generic(), sizeof address_);
    }
  }

  std::string url(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)) + "/{id}";
  }

 private:
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

  int listener_;
  sockaddr_in address_{};
  std::vector<int> fills_;
};

TEST_F(OriginClientTest, deadline_ends_connecting) {
  DeafListener listener;
  listener.fill_queue();
  read_from({.url = listener.url("http")});
  Asked asked = ask_within(1s);
  wait_for_timer();
  clock_->advance(1s);
  const Answered answered = asked.get();
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), Errc::load_timeout);
  EXPECT_EQ(detail_of(answered, "phase"), "connecting");
}

TEST_F(OriginClientTest, deadline_ends_a_tls_handshake) {
  const DeafListener listener;
  read_from({.url = listener.url("https")});
  Asked asked = ask_within(1s);
  wait_for_timer();
  clock_->advance(1s);
  const Answered answered = asked.get();
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), Errc::load_timeout);
  EXPECT_EQ(detail_of(answered, "phase"), "connecting");
}

TEST_F(OriginClientTest, deadline_ends_the_wait_before_a_retry) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(503, ""); });
  read_with(origin, {.max_retries = 1, .min_retry_delay = 1s, .max_retry_delay = 1s});
  // The retry would come after the deadline: the answer is the failure itself, at once.
  const Answered answered = ask_within(900ms).get();
  EXPECT_EQ(detail_of(answered, "status"), "503");
  EXPECT_EQ(figure("nacre_origin_retries_total"), 0);
}

TEST_F(OriginClientTest, P8_stopping_closes_the_connection) {
  TestOrigin origin([](const SeenRequest& request) {
    return request.request_index == 0 ? held("late") : OriginScript::reply(200, "next");
  });
  read_with(origin);
  std::stop_source stop;
  LoadContext stoppable = context();
  stoppable.stop = stop.get_token();
  Asked asked = ask(stoppable);
  ASSERT_TRUE(origin.wait_for_requests(1));
  stop.request_stop();
  const Answered answered = asked.get();
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), Errc::load_failed);
  EXPECT_EQ(failures("cancelled"), 1);
  EXPECT_TRUE(origin.wait_for_ended_connections(1));
  origin.release();
  EXPECT_EQ(text_of(ask().get()), "next") << "the late answer meets no other request";
}

TEST_F(OriginClientTest, stopped_before_it_began_asks_nobody_for_long) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript{.is_held = true}; });
  read_with(origin);
  std::stop_source stop;
  stop.request_stop();
  LoadContext stopped = context();
  stopped.stop = stop.get_token();
  EXPECT_FALSE(ask(stopped).get());
}

TEST_F(OriginClientTest, names_the_limit_of_a_body_that_is_too_large) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "0123456789x"); });
  read_with(origin, {.max_body_bytes = 10});
  const Answered answered = ask().get();
  EXPECT_THAT(text_of(answered), HasSubstr("max_body_bytes (10)"));
  EXPECT_EQ(detail_of(answered, "reason"), "too_large");
  EXPECT_EQ(failures("too_large"), 1);
}

TEST_F(OriginClientTest, hostile_answers_are_failures_and_close_the_connection) {
  TestOrigin origin([](const SeenRequest& request) {
    if (request.request_index == 0) {
      return OriginScript{.bytes = "HTTP/1.1 200 OK\r\n" + std::string(70'000, 'a')};
    }
    return OriginScript{.bytes =
                            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n"};
  });
  read_with(origin);
  EXPECT_EQ(detail_of(ask().get(), "reason"), "malformed");
  EXPECT_EQ(detail_of(ask().get(), "reason"), "malformed");
  EXPECT_TRUE(origin.wait_for_ended_connections(2));
  EXPECT_EQ(figure("nacre_origin_idle_connections"), 0);
}

TEST_F(OriginClientTest, many_at_once_get_their_own_answers) {
  TestOrigin origin(
      [](const SeenRequest& request) { return OriginScript::reply(200, request.target); });
  read_with(origin, {.max_concurrent = 8, .max_idle = 4});
  std::vector<Asked> asked;
  for (int id = 0; id < 300; ++id) asked.push_back(ask("p:" + std::to_string(id)));
  for (int id = 0; id < 300; ++id) {
    EXPECT_EQ(text_of(asked[static_cast<std::size_t>(id)].get()), "/" + std::to_string(id));
  }
  EXPECT_LE(origin.connection_count(), 300U);
  EXPECT_EQ(figure("nacre_origin_in_flight"), 0);
}

}  // namespace
}  // namespace nacre
