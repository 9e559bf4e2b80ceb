#include "http/origin_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

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
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

using OriginReaderTest = test::OriginFixture;

TEST_F(OriginReaderTest, loads_what_the_rule_names) {
  TestOrigin origin([](const SeenRequest& request) {
    return OriginScript::reply(200, "{\"at\":\"" + request.target + "\"}",
                               "Content-Type: application/json\r\nETag: \"1\"\r\n");
  });
  read_from({.match = "{t}:p:{id}",
             .url = origin.url("/{t}/p/{id}?x={id}"),
             .tags = {"p", "p:{id}"},
             .entry = {.ttl = 5s}});
  const Answered answered = ask("acme:p:a b").get();
  EXPECT_EQ(text_of(answered), "{\"at\":\"/acme/p/a%20b?x=a%20b\"}");
  EXPECT_EQ(answered.value().value.format(), Format::json);
  EXPECT_EQ(answered.value().options.ttl, 5s);
  EXPECT_THAT(answered.value().options.tags, ElementsAre("p", "p:a b"));
  EXPECT_EQ(answered.value().validators.etag, "\"1\"");
  EXPECT_EQ(figure("nacre_origin_requests_total"), 1);
  EXPECT_EQ(figure("nacre_origin_latency_seconds_count"), 1);
}

TEST_F(OriginReaderTest, sends_a_plain_request) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_from(
      {.url = origin.url("/{id}"), .headers = {{"Authorization", "Bearer t"}, {"X-Id", "{id}"}}});
  ASSERT_EQ(text_of(ask().get()), "x");
  const SeenRequest seen = origin.requests().at(0);
  EXPECT_EQ(seen.target, "/1");
  EXPECT_THAT(seen.headers, Contains(Pair("host", "127.0.0.1:" + std::to_string(origin.port()))));
  EXPECT_THAT(seen.headers, Contains(Pair("authorization", "Bearer t")));
  EXPECT_THAT(seen.headers, Contains(Pair("x-id", "1")));
  EXPECT_THAT(seen.headers, Contains(Pair("accept-encoding", "identity")));
  EXPECT_THAT(seen.headers, Contains(Pair("user-agent", HasSubstr("nacre/"))));
  EXPECT_THAT(seen.headers, Not(Contains(Key("if-none-match"))));
}

TEST_F(OriginReaderTest, passes_on_what_is_listed_and_nothing_else) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_from({.url = origin.url("/{id}"), .pass_headers = {"traceparent", "x-request-id"}});
  const CallerTerms caller{.headers = {{"traceparent", "00-1-2-01"},
                                       {"x-request-id", "a\r\nevil: 1"},
                                       {"cookie", "session=1"},
                                       {"tracestate", "a=b"}}};
  ASSERT_EQ(text_of(ask(context(), caller).get()), "x");
  const auto headers = origin.requests().at(0).headers;
  EXPECT_THAT(headers, Contains(Pair("traceparent", "00-1-2-01")));
  for (const char* name : {"x-request-id", "evil", "cookie", "tracestate"}) {
    EXPECT_THAT(headers, Not(Contains(Key(name))));
  }
}

TEST_F(OriginReaderTest, asks_conditionally_for_what_it_has) {
  TestOrigin origin([](const SeenRequest&) {
    return OriginScript{.bytes = "HTTP/1.1 304 Not Modified\r\nETag: \"2\"\r\n\r\n"};
  });
  read_from({.url = origin.url("/{id}")});
  LoadContext with_previous = context();
  with_previous.previous = Value::from_bytes("old");
  with_previous.validators = {.etag = "\"1\"", .last_modified = "Tue, 01 Jan 2030 00:00:00 GMT"};
  const Answered answered = ask(with_previous).get();
  EXPECT_EQ(text_of(answered), "not modified");
  EXPECT_EQ(answered.value().validators.etag, "\"2\"");
  const auto headers = origin.requests().at(0).headers;
  EXPECT_THAT(headers, Contains(Pair("if-none-match", "\"1\"")));
  EXPECT_THAT(headers, Contains(Pair("if-modified-since", "Tue, 01 Jan 2030 00:00:00 GMT")));
}

TEST_F(OriginReaderTest, asks_unconditionally_where_the_rule_says_so) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "new"); });
  read_from({.url = origin.url("/{id}"), .is_conditional = false});
  LoadContext with_previous = context();
  with_previous.previous = Value::from_bytes("old");
  with_previous.validators = {.etag = "\"1\""};
  EXPECT_EQ(text_of(ask(with_previous).get()), "new");
  EXPECT_THAT(origin.requests().at(0).headers, Not(Contains(Key("if-none-match"))));
}

TEST_F(OriginReaderTest, never_follows_a_redirect) {
  TestOrigin target([](const SeenRequest&) { return OriginScript::reply(200, "secret"); });
  TestOrigin origin([&](const SeenRequest&) {
    return OriginScript::reply(302, "", "Location: " + target.url("/") + "\r\n");
  });
  read_from({.url = origin.url("/{id}")});
  const Answered answered = ask().get();
  EXPECT_EQ(detail_of(answered, "status"), "302");
  EXPECT_TRUE(target.requests().empty());
  EXPECT_EQ(failures("status"), 1);
}

TEST_F(OriginReaderTest, caller_s_ttl_takes_the_place_of_the_rule_s) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_from({.url = origin.url("/{id}"), .entry = {.ttl = 60s, .stale_if_error = 5s}});
  const Answered answered = ask(context(), {.ttl = 2s}).get();
  EXPECT_EQ(answered.value().options.ttl, 2s);
  EXPECT_EQ(answered.value().options.stale_if_error, 5s);
}

TEST_F(OriginReaderTest, refuses_keys_that_cannot_be_asked_for) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  read_from({.url = origin.url("/{id}")});
  const Answered answered = ask("p:..").get();
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), Errc::invalid_key);
  EXPECT_TRUE(origin.requests().empty());
}

TEST_F(OriginReaderTest, rules_of_one_origin_share_its_connections) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  reader_ = std::make_unique<OriginReader>(
      OriginRules({{.match = "a:{id}", .url = origin.url("/a/{id}")},
                   {.match = "b:{id}", .url = origin.url("/b/{id}")}}),
      clock_, metrics_, std::make_shared<SeededRandom>(1));
  EXPECT_EQ(text_of(ask("a:1").get()), "x");
  EXPECT_EQ(text_of(ask("b:1").get()), "x");
  EXPECT_EQ(origin.connection_count(), 1U);
  EXPECT_EQ(reader_->find("c:1"), nullptr);
}

TEST_F(OriginReaderTest, drain_waits_for_what_runs_and_takes_nothing_new) {
  TestOrigin origin([](const SeenRequest&) {
    OriginScript script = OriginScript::reply(200, "x");
    script.is_held = true;
    return script;
  });
  read_from({.url = origin.url("/{id}")});
  Asked running = ask();
  ASSERT_TRUE(origin.wait_for_requests(1));
  EXPECT_FALSE(reader_->drain(Deadline(clock_->now())));
  EXPECT_THAT(text_of(ask("p:2").get()), HasSubstr("shutting down"));
  origin.release();
  EXPECT_TRUE(reader_->drain(Deadline()));
  EXPECT_EQ(text_of(running.get()), "x");
}

TEST_F(OriginReaderTest, destruction_fails_what_runs_and_what_comes_later) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript{.is_held = true}; });
  read_from({.url = origin.url("/{id}")});
  Asked running = ask();
  ASSERT_TRUE(origin.wait_for_requests(1));
  const AsyncLoader<Bytes> late = reader_->loader(*reader_->find("p:1"));
  reader_.reset();
  EXPECT_THAT(text_of(running.get()), HasSubstr("shuts down"));
  EXPECT_TRUE(origin.wait_for_ended_connections(1));
  std::string trouble;
  late(context(),
       LoadCompletion<Bytes>([&](const Answered& answered) { trouble = text_of(answered); }));
  EXPECT_THAT(trouble, HasSubstr("shutting down"));
}

}  // namespace
}  // namespace nacre
