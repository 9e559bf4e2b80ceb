#include "http/response_meaning.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "nacre/error.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = detail::LoadAnswer::Kind;

ResponseTerms terms() {
  return {.origin = "http://shop:80",
          .entry = {.ttl = 60s, .stale_if_error = 10min, .tags = {"product"}}};
}

detail::LoadAnswer answer(const OriginResponse& response, const ResponseTerms& with = terms()) {
  return std::move(meaning_of(response, with).outcome).value().release();
}

ResponseMeaning failure(const OriginResponse& response, const ResponseTerms& with = terms()) {
  ResponseMeaning meaning = meaning_of(response, with);
  EXPECT_FALSE(meaning.outcome) << response.status;
  return meaning;
}

Format format_of(const std::string& content_type, const std::string& body = "1") {
  return answer({.status = 200, .content_type = content_type, .body = body}).value.format();
}

TEST(ResponseMeaning, body_is_the_value_with_the_rule_s_options) {
  for (const int status : {200, 203}) {
    const auto loaded = answer({.status = status,
                                .etag = "\"v1\"",
                                .last_modified = "Tue, 01 Jan 2030 00:00:00 GMT",
                                .body = "hello"});
    EXPECT_EQ(loaded.kind, Kind::value);
    EXPECT_EQ(loaded.value.bytes(), "hello");
    EXPECT_EQ(loaded.options.ttl, 60s);
    EXPECT_EQ(loaded.options.stale_if_error, 10min);
    EXPECT_THAT(loaded.options.tags, ElementsAre("product"));
    EXPECT_EQ(loaded.validators.etag, "\"v1\"");
    EXPECT_EQ(loaded.validators.last_modified, "Tue, 01 Jan 2030 00:00:00 GMT");
  }
}

TEST(ResponseMeaning, content_type_says_the_format) {
  EXPECT_EQ(format_of("application/json"), Format::json);
  EXPECT_EQ(format_of("Application/JSON; charset=utf-8"), Format::json);
  EXPECT_EQ(format_of("application/problem+json ;x=y"), Format::json);
  EXPECT_EQ(format_of("text/html; charset=utf-8"), Format::text);
  EXPECT_EQ(format_of("text/plain", "\xE9t\xE9"), Format::raw) << "not UTF-8";
  EXPECT_EQ(format_of("image/png"), Format::raw);
  EXPECT_EQ(format_of(""), Format::raw);
  EXPECT_EQ(format_of("application/jsonx"), Format::raw);
}

TEST(ResponseMeaning, JSON_must_be_JSON) {
  for (const char* body : {"", "{", "{\"a\":1}}", "nul", "[1,]", "NaN", "\xEF\xBB\xBF{}"}) {
    const auto meaning = failure({.status = 200, .content_type = "application/json", .body = body});
    EXPECT_EQ(meaning.outcome.error().code(), Errc::load_failed) << body;
    EXPECT_EQ(meaning.failure, OriginFailure::content) << body;
  }
  const std::string deep(100'000, '[');
  EXPECT_EQ(failure({.status = 200, .content_type = "application/json", .body = deep}).failure,
            OriginFailure::content);
}

TEST(ResponseMeaning, coded_content_is_refused) {
  EXPECT_EQ(failure({.status = 200, .content_encoding = "gzip", .body = "x"}).failure,
            OriginFailure::content);
  EXPECT_EQ(answer({.status = 200, .content_encoding = "Identity", .body = "x"}).value.bytes(),
            "x");
}

TEST(ResponseMeaning, not_found_and_gone_are_absent) {
  EXPECT_EQ(answer({.status = 404, .body = "no such product"}).kind, Kind::absent);
  EXPECT_EQ(answer({.status = 410}).kind, Kind::absent);
  EXPECT_THAT(answer({.status = 404}).options.tags, ElementsAre("product"));
}

TEST(ResponseMeaning, not_modified_needs_a_condition) {
  ResponseTerms conditional = terms();
  conditional.was_conditional = true;
  EXPECT_EQ(answer({.status = 304, .etag = "\"v2\""}, conditional).kind, Kind::not_modified);
  EXPECT_EQ(answer({.status = 304, .etag = "\"v2\""}, conditional).validators.etag, "\"v2\"");
  EXPECT_EQ(failure({.status = 304}).failure, OriginFailure::status);
}

TEST(ResponseMeaning, every_other_status_is_a_failure) {
  for (int status = 200; status < 600; ++status) {
    if (status == 200 || status == 203 || status == 404 || status == 410) continue;
    const auto meaning = failure({.status = status, .body = "secret"});
    const Error& error = meaning.outcome.error();
    EXPECT_EQ(error.code(), Errc::load_failed);
    EXPECT_EQ(meaning.failure, OriginFailure::status);
    EXPECT_THAT(error.message(), HasSubstr(std::to_string(status)));
    EXPECT_THAT(error.message(), ::testing::Not(HasSubstr("secret")));
    EXPECT_EQ(error.details().back(), std::pair(std::string("status"), std::to_string(status)));
  }
  EXPECT_THAT(failure({.status = 302}).outcome.error().message(), HasSubstr("redirect"));
}

TEST(ResponseMeaning, what_must_not_be_stored_lives_a_moment) {
  for (const char* value : {"no-store", "private, max-age=600"}) {
    const Options options = answer({.status = 200, .cache_control = value, .body = "x"}).options;
    EXPECT_EQ(options.ttl, 1ms) << value;
    EXPECT_EQ(options.stale_if_error, 0s) << value;
    EXPECT_EQ(options.stale_while_revalidate, 0s) << value;
    EXPECT_THAT(options.tags, ElementsAre("product"));
  }
  ResponseTerms ignoring = terms();
  ignoring.ignores_no_store = true;
  EXPECT_EQ(answer({.status = 200, .cache_control = "no-store", .body = "x"}, ignoring).options.ttl,
            60s);
}

TEST(ResponseMeaning, max_age_makes_the_ttl_shorter_where_it_is_respected) {
  const auto ttl = [](const char* cache_control, bool respects, const char* age = "") {
    ResponseTerms with = terms();
    with.respects_max_age = respects;
    return answer({.status = 200, .cache_control = cache_control, .age = age, .body = "x"}, with)
        .options.ttl;
  };
  EXPECT_EQ(ttl("max-age=10", false), 60s);
  EXPECT_EQ(ttl("max-age=10", true), 10s);
  EXPECT_EQ(ttl("max-age=600", true), 60s) << "never longer";
  EXPECT_EQ(ttl("max-age=10", true, "4"), 6s) << "it has been in another cache";
  EXPECT_EQ(ttl("max-age=10", true, "11"), 1ms);
  EXPECT_EQ(ttl("max-age=0", true), 1ms);
  EXPECT_EQ(ttl("no-cache", true), 1ms);
  EXPECT_EQ(ttl("public", true), 60s);
}

TEST(ResponseMeaning, long_validators_are_dropped) {
  const auto loaded = answer({.status = 200, .etag = std::string(1025, 'x'), .body = "x"});
  EXPECT_TRUE(loaded.validators.empty());
}

}  // namespace
}  // namespace nacre
