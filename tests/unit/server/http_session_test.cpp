#include "server/http_session.hpp"

#include <gtest/gtest.h>

#include <string>

#include "unit/server/session_fixture.hpp"

namespace nacre::server::testing {
namespace {

using namespace std::chrono_literals;
using Verdict = HttpSession::Verdict;

std::string paths_of(const std::vector<WireReply>& replies) {
  std::string paths;
  for (const WireReply& reply : replies) paths += reply.body + " ";
  return paths;
}

TEST(HttpSession, answers_all_requests_of_one_read_in_one_output) {
  SessionFixture fixture;
  fixture.receive(get_request("/1") + get_request("/2") + get_request("/3"));
  std::array<std::string_view, 4> parts;
  EXPECT_EQ(fixture.session.output().gather(parts), 1U);
  EXPECT_EQ(paths_of(fixture.take_replies()), "/1 /2 /3 ");
}

TEST(HttpSession, keeps_the_order_of_requests_when_answers_come_in_another) {
  SessionFixture fixture;
  fixture.receive(get_request("/later/1") + get_request("/2") + get_request("/later/3") +
                  get_request("/4"));
  EXPECT_EQ(fixture.take_output(), "");
  fixture.answer_later(1, "third");
  EXPECT_EQ(fixture.take_output(), "");
  fixture.answer_later(0, "first");
  EXPECT_EQ(paths_of(fixture.take_replies()), "first /2 third /4 ");
}

TEST(HttpSession, drops_a_late_answer_to_nobody) {
  SessionFixture fixture;
  fixture.session.on_reply(99, Response{});
  EXPECT_EQ(fixture.take_output(), "");
}

TEST(HttpSession, answers_a_request_its_handler_forgot) {
  SessionFixture fixture;
  fixture.receive(get_request("/later"));
  fixture.handler.waiting.clear();
  for (auto& letter : fixture.mailbox->take()) {
    fixture.session.on_reply(letter.address.request, std::move(letter.response));
  }
  const std::vector<WireReply> replies = fixture.take_replies();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, 500);
  EXPECT_NE(replies[0].body.find("cache.internal"), std::string::npos);
}

TEST(HttpSession, gives_the_fields_every_response_has) {
  SessionFixture fixture;
  fixture.clock.set_wall(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 1h + 2min + 3s);
  fixture.receive(get_request("/a", "X-Request-Id: my.id_1-x\r\n"));
  const std::vector<WireReply> replies = fixture.take_replies();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].fields.at("date"), "Sat, 21 Nov 2026 01:02:03 GMT");
  EXPECT_EQ(replies[0].fields.at("x-request-id"), "my.id_1-x");
  EXPECT_EQ(replies[0].fields.at("content-length"), "2");
  EXPECT_EQ(replies[0].fields.at("content-type"), "text/plain");
  EXPECT_EQ(replies[0].fields.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(replies[0].fields.count("connection"), 0U);
  EXPECT_EQ(replies[0].fields.count("server"), 0U);
}

TEST(HttpSession, makes_a_request_id_where_none_can_be_taken_over) {
  for (const std::string id : {"", "X-Request-Id: a b\r\n", "X-Request-Id: <script>\r\n"}) {
    SessionFixture fixture;
    fixture.receive(get_request("/a", id));
    const std::vector<WireReply> replies = fixture.take_replies();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].fields.at("x-request-id").size(), 16U) << id;
  }
}

TEST(HttpSession, answers_head_without_the_body_it_announces) {
  SessionFixture fixture;
  fixture.receive("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string output = fixture.take_output();
  EXPECT_TRUE(output.ends_with("\r\n\r\n"));
  EXPECT_NE(output.find("Content-Length: 4\r\n"), std::string::npos);
}

TEST(HttpSession, sends_continue_only_while_the_body_is_awaited) {
  const std::string head =
      "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  SessionFixture waits;
  waits.receive(head);
  EXPECT_EQ(waits.take_output(), "HTTP/1.1 100 Continue\r\n\r\n");
  waits.receive("abc");
  EXPECT_EQ(paths_of(waits.take_replies()), "/a ");

  SessionFixture sends_at_once;
  sends_at_once.receive(head + "abc");
  EXPECT_TRUE(sends_at_once.take_output().starts_with("HTTP/1.1 200"));
}

TEST(HttpSession, sends_continue_behind_the_replies_before_it) {
  SessionFixture fixture;
  fixture.receive(get_request("/later") +
                  "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: "
                  "100-continue\r\n\r\n");
  EXPECT_EQ(fixture.take_output(), "");
  fixture.answer_later(0, "first");
  const std::string output = fixture.take_output();
  EXPECT_NE(output.find("first"), std::string::npos);
  EXPECT_TRUE(output.ends_with("HTTP/1.1 100 Continue\r\n\r\n"));
}

TEST(HttpSession, refuses_an_announced_body_over_the_limit_before_it_comes) {
  SessionFixture fixture({.max_body_bytes = 10});
  fixture.receive(
      "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  const std::vector<WireReply> replies = fixture.take_replies();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, 413);
  EXPECT_EQ(replies[0].fields.at("connection"), "close");
  EXPECT_EQ(fixture.handler.seen.size(), 0U);
}

TEST(HttpSession, refuses_a_chunked_body_over_the_limit) {
  SessionFixture fixture({.max_body_bytes = 10});
  fixture.receive(
      "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n");
  fixture.receive("5\r\nabcde\r\n0\r\n\r\n");
  EXPECT_EQ(fixture.take_replies().at(0).status, 413);
}

TEST(HttpSession, takes_a_body_of_exactly_the_limit) {
  SessionFixture fixture({.max_body_bytes = 100'000});
  const std::string body(100'000, 'b');
  fixture.receive(body_request("PUT", "/a", body), 1000);
  ASSERT_EQ(fixture.handler.seen.size(), 1U);
  EXPECT_EQ(fixture.handler.seen[0].body, body);
}

TEST(HttpSession, refuses_a_head_over_its_limits) {
  SessionFixture long_field;
  long_field.receive("GET /a HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'x'));
  EXPECT_EQ(long_field.take_replies().at(0).status, 431);

  SessionFixture exact({.max_head_bytes = 100});
  const std::string start = "GET /a HTTP/1.1\r\nHost: h\r\nX: ";
  exact.receive(start + std::string(100 - start.size() - 4, 'x') + "\r\n\r\n");
  EXPECT_EQ(exact.take_replies().at(0).status, 200);
  exact.receive(start + std::string(101 - start.size() - 4, 'x') + "\r\n\r\n");
  EXPECT_EQ(exact.take_replies().at(0).status, 431);
}

TEST(HttpSession, refuses_more_fields_than_allowed) {
  const auto request = [](int count) {
    std::string fields;
    for (int index = 1; index < count; ++index) fields += "X: y\r\n";
    return get_request("/a", fields);
  };
  SessionFixture fixture;
  fixture.receive(request(100));
  EXPECT_EQ(fixture.take_replies().at(0).status, 200);
  fixture.receive(request(101));
  EXPECT_EQ(fixture.take_replies().at(0).status, 431);
}

TEST(HttpSession, refuses_a_long_url) {
  SessionFixture fixture;
  fixture.receive(get_request("/" + std::string(8191, 'a')));
  EXPECT_EQ(fixture.take_replies().at(0).status, 200);
  fixture.receive(get_request("/" + std::string(8192, 'a')));
  EXPECT_EQ(fixture.take_replies().at(0).status, 414);

  SessionFixture endless;
  endless.receive("GET /" + std::string(9000, 'a'));
  EXPECT_EQ(endless.take_replies().at(0).status, 414);
}

TEST(HttpSession, stops_reading_while_too_many_replies_wait) {
  SessionFixture fixture({.max_unread_reply_count = 3});
  for (int index = 0; index < 5; ++index) fixture.receive(get_request("/later"));
  EXPECT_EQ(fixture.handler.seen.size(), 3U);
  EXPECT_EQ(fixture.session.verdict(), Verdict::wait);
  fixture.answer_later(0, "a");
  EXPECT_EQ(fixture.session.verdict(), Verdict::wait) << "the reply is not sent yet";
  fixture.take_output();
  EXPECT_EQ(fixture.session.verdict(), Verdict::read);
}

TEST(HttpSession, takes_the_rest_of_a_batch_once_replies_are_sent) {
  SessionFixture fixture({.max_unread_reply_count = 2});
  std::string batch;
  for (int index = 0; index < 7; ++index) batch += get_request("/" + std::to_string(index));
  fixture.receive(batch);
  EXPECT_EQ(fixture.handler.seen.size(), 2U);
  EXPECT_EQ(paths_of(fixture.take_replies()), "/0 /1 /2 /3 /4 /5 /6 ");
}

TEST(HttpSession, stops_reading_while_too_many_bytes_wait) {
  SessionFixture fixture({.max_unread_reply_bytes = 3 * 1024 * 1024});
  std::string batch;
  for (int index = 0; index < 10; ++index) batch += get_request("/large");
  fixture.receive(batch);
  EXPECT_EQ(fixture.handler.seen.size(), 3U);
  EXPECT_EQ(fixture.session.verdict(), Verdict::wait);
  EXPECT_EQ(fixture.take_replies().size(), 10U);
}

TEST(HttpSession, ends_a_head_that_takes_too_long) {
  SessionFixture fixture;
  fixture.receive("GET /a HT");
  fixture.advance(5s);
  EXPECT_EQ(fixture.take_output(), "");
  fixture.receive("TP");
  fixture.advance(1ms);
  EXPECT_EQ(fixture.take_replies().at(0).status, 408) << "each byte must not begin a new wait";
  EXPECT_EQ(fixture.session.verdict(), Verdict::linger);
}

TEST(HttpSession, ends_a_body_that_comes_too_slowly) {
  SessionFixture fixture;
  fixture.receive("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
  for (int second = 0; second < 20; ++second) {
    fixture.receive(std::string(2000, 'x'));
    fixture.advance(1s);
  }
  EXPECT_EQ(fixture.take_output(), "") << "2000 bytes a second are enough";
  for (int second = 0; second < 60; ++second) fixture.advance(1s);
  EXPECT_EQ(fixture.take_replies().at(0).status, 408);
}

TEST(HttpSession, ends_an_idle_connection) {
  SessionFixture fixture;
  fixture.advance(59s);
  fixture.receive(get_request("/a"));
  fixture.take_output();
  fixture.advance(60s);
  EXPECT_EQ(fixture.session.verdict(), Verdict::read);
  fixture.advance(1ms);
  EXPECT_EQ(fixture.session.verdict(), Verdict::close);
}

TEST(HttpSession, does_not_end_a_connection_that_waits_for_an_answer) {
  SessionFixture fixture;
  fixture.receive(get_request("/later"));
  fixture.advance(3600s);
  EXPECT_EQ(fixture.session.verdict(), Verdict::read);
  fixture.answer_later(0, "late");
  EXPECT_EQ(paths_of(fixture.take_replies()), "late ");
}

TEST(HttpSession, ends_a_peer_that_does_not_read) {
  SessionFixture fixture;
  fixture.receive(get_request("/large"));
  fixture.advance(5s);
  EXPECT_NE(fixture.session.verdict(), Verdict::close);
  fixture.advance(1s);
  EXPECT_EQ(fixture.session.verdict(), Verdict::close);
}

TEST(HttpSession, closes_after_lingering) {
  SessionFixture fixture;
  fixture.receive("nonsense\r\n\r\n");
  EXPECT_EQ(fixture.take_replies().at(0).status, 400);
  EXPECT_EQ(fixture.session.verdict(), Verdict::linger);
  fixture.advance(100ms);
  EXPECT_EQ(fixture.session.verdict(), Verdict::linger);
  fixture.advance(1001ms);
  EXPECT_EQ(fixture.session.verdict(), Verdict::close);
}

TEST(HttpSession, drops_what_comes_while_lingering) {
  SessionFixture fixture;
  fixture.receive("nonsense\r\n\r\n");
  fixture.take_output();
  fixture.session.read_space();
  fixture.session.on_bytes(100);
  EXPECT_EQ(fixture.take_output(), "");
  EXPECT_EQ(fixture.handler.seen.size(), 0U);
}

TEST(HttpSession, answers_what_was_asked_before_the_peer_stopped_sending) {
  SessionFixture fixture;
  fixture.receive(get_request("/later"));
  fixture.session.on_end_of_input();
  EXPECT_EQ(fixture.session.verdict(), Verdict::wait);
  fixture.answer_later(0, "still");
  EXPECT_EQ(paths_of(fixture.take_replies()), "still ");
  EXPECT_EQ(fixture.session.verdict(), Verdict::close);
}

TEST(HttpSession, tells_what_waits_that_the_peer_has_gone) {
  SessionFixture fixture;
  fixture.receive(get_request("/now") + get_request("/later"));
  ASSERT_EQ(fixture.handler.gone.size(), 2U);
  EXPECT_FALSE(fixture.handler.gone[1].stop_requested());
  fixture.session.on_closed();
  EXPECT_TRUE(fixture.handler.gone[1].stop_requested());
  ASSERT_EQ(fixture.logged.size(), 2U);
  EXPECT_TRUE(fixture.logged[1].starts_with("GET /later 499 0 ")) << fixture.logged[1];
}

TEST(HttpSession, notices_a_peer_that_goes_though_it_asked_to_close) {
  SessionFixture fixture;
  fixture.receive(get_request("/later", "Connection: close\r\n"));
  EXPECT_EQ(fixture.session.verdict(), Verdict::read);
  fixture.session.on_end_of_input();
  EXPECT_TRUE(fixture.handler.gone.at(0).stop_requested());
}

TEST(HttpSession, drains_by_finishing_what_it_has_begun) {
  SessionFixture idle;
  idle.receive(get_request("/a"));
  idle.take_output();
  idle.session.drain();
  EXPECT_EQ(idle.session.verdict(), Verdict::close);

  SessionFixture waits;
  waits.receive(get_request("/later/1") + get_request("/later/2"));
  waits.session.drain();
  waits.answer_later(0, "one");
  EXPECT_EQ(waits.take_replies().at(0).fields.count("connection"), 0U);
  waits.answer_later(1, "two");
  EXPECT_EQ(waits.take_replies().at(0).fields.at("connection"), "close");
  EXPECT_EQ(waits.session.verdict(), Verdict::close);

  SessionFixture reads;
  reads.receive("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na");
  reads.session.drain();
  reads.receive("bc");
  EXPECT_EQ(reads.take_replies().at(0).fields.at("connection"), "close");
  EXPECT_EQ(reads.session.verdict(), Verdict::close);
}

TEST(HttpSession, draining_gives_a_new_connection_a_moment_for_its_first_request) {
  SessionFixture asks;
  asks.session.drain();
  asks.receive(get_request("/a") + get_request("/b"));
  EXPECT_EQ(paths_of(asks.take_replies()), "/a ");
  EXPECT_EQ(asks.session.verdict(), Verdict::close);

  SessionFixture silent;
  silent.session.drain();
  silent.advance(1s);
  EXPECT_EQ(silent.session.verdict(), Verdict::read);
  silent.advance(1ms);
  EXPECT_EQ(silent.session.verdict(), Verdict::close);
}

TEST(HttpSession, logs_each_request_without_its_query) {
  SessionFixture fixture;
  fixture.receive(get_request("/a?secret=1") + get_request("/later/x?y"));
  fixture.clock.advance(7us);
  fixture.answer_later(0, "12345");
  fixture.receive("bad\r\n\r\n");
  EXPECT_EQ(fixture.logged, (std::vector<std::string>{"GET /a 200 2 127.0.0.1 0",
                                                      "GET /later/x 200 5 127.0.0.1 7000",
                                                      "- - 400 128 127.0.0.1 0"}));
}

TEST(HttpSession, sends_a_large_value_from_where_it_is) {
  class SharingHandler final : public RequestHandler {
   public:
    void handle(const Request&, Reply reply) noexcept override {
      Response response;
      response.text = "<";
      response.shared = *value;
      response.shared_owner = value;
      response.tail = ">";
      reply.send(std::move(response));
    }
    std::shared_ptr<std::string> value = std::make_shared<std::string>(100'000, 'v');
  };
  SessionFixture fixture;
  SharingHandler handler;
  SessionContext context{.limits = fixture.limits,
                         .clock = fixture.clock,
                         .access_log = fixture.access_log,
                         .handler = handler,
                         .mailbox = fixture.mailbox,
                         .request_ids = RequestIds(1)};
  HttpSession session(context, 1, {});
  const std::string request = get_request("/a");
  request.copy(session.read_space().data(), request.size());
  session.on_bytes(request.size());
  std::array<std::string_view, 4> parts;
  ASSERT_EQ(session.output().gather(parts), 3U);
  EXPECT_EQ(parts[1].data(), handler.value->data());
  EXPECT_TRUE(parts[0].ends_with("<"));
  EXPECT_EQ(parts[2], ">");
  EXPECT_EQ(handler.value.use_count(), 2);
  session.on_sent(session.output().size_bytes());
  EXPECT_EQ(handler.value.use_count(), 1);
}

}  // namespace
}  // namespace nacre::server::testing
