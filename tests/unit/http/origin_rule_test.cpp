#include "http/origin_rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "nacre/error.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

OriginOptions product_rule() {
  return {.match = "product:{id}",
          .url = "http://127.0.0.1:3001/products/{id}",
          .tags = {"product", "product:{id}"}};
}

std::string refusal(const std::function<void(OriginOptions&)>& change) {
  OriginOptions options = product_rule();
  change(options);
  try {
    const OriginRule rule(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.message();
  }
  return "accepted";
}

TEST(OriginRule, turns_a_key_into_a_request) {
  OriginOptions options = product_rule();
  options.headers = {{"X-Product", "{id}"}, {"Authorization", "Bearer s3cret"}};
  const OriginRule rule(options);
  const auto captures = rule.find("product:42");
  ASSERT_TRUE(captures);
  EXPECT_EQ(rule.address().to_string(), "http://127.0.0.1:3001");
  EXPECT_EQ(rule.target(*captures), "/products/42");
  EXPECT_THAT(rule.tags(*captures), ElementsAre("product", "product:42"));
  EXPECT_THAT(rule.headers(*captures),
              ElementsAre(Pair("x-product", "42"), Pair("authorization", "Bearer s3cret")));
}

TEST(OriginRule, refuses_keys_that_would_break_a_header_or_a_tag) {
  OriginOptions options = product_rule();
  options.headers = {{"x-product", "{id}"}};
  const OriginRule rule(options);
  const std::string injected = "product:a\r\nx: y";
  const std::string split = "product:a\r\nb";
  EXPECT_FALSE(rule.find(injected)) << "':' ends the segment";
  EXPECT_THROW(rule.headers(rule.find(split).value()), Error);
  const std::string long_key = "product:" + std::string(256, 'x');
  EXPECT_THROW(rule.tags(rule.find(long_key).value()), Error);
}

TEST(OriginRule, passes_only_headers_that_change_no_answer) {
  OriginOptions options = product_rule();
  options.pass_headers = {"Traceparent", "x-request-id"};
  const OriginRule rule(options);
  EXPECT_TRUE(rule.passes_header("traceparent"));
  EXPECT_TRUE(rule.passes_header("x-request-id"));
  EXPECT_FALSE(rule.passes_header("tracestate"));
  for (const char* name : {"authorization", "cookie", "accept-language", "accept", "host", ""}) {
    EXPECT_THAT(refusal([&](OriginOptions& o) { o.pass_headers = {name}; }),
                AllOf(HasSubstr("pass_headers: "), HasSubstr("into the key")))
        << name;
  }
}

TEST(OriginRule, refuses_headers_that_frame_the_request) {
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "Connection", "Range",
                           "If-None-Match", "Accept-Encoding"}) {
    EXPECT_THAT(refusal([&](OriginOptions& o) { o.headers = {{name, "x"}}; }),
                HasSubstr("set by nacre itself"))
        << name;
  }
  EXPECT_THAT(refusal([](OriginOptions& o) { o.headers = {{"a b", "x"}}; }), HasSubstr("a name"));
  EXPECT_THAT(refusal([](OriginOptions& o) { o.headers = {{"", "x"}}; }), HasSubstr("a name"));
  EXPECT_THAT(refusal([](OriginOptions& o) { o.headers = {{"a", "x\r\ny"}}; }),
              HasSubstr("printable"));
}

TEST(OriginRule, refuses_options_out_of_range_by_name) {
  using Options = OriginOptions&;
  const auto named = [](const char* name) { return HasSubstr(std::string(name) + ": must be"); };
  EXPECT_THAT(refusal([](Options o) { o.connection.max_concurrent = 0; }), named("max_concurrent"));
  EXPECT_THAT(refusal([](Options o) { o.connection.max_queued = 65537; }), named("max_queued"));
  EXPECT_THAT(refusal([](Options o) { o.connection.max_idle = 4097; }), named("max_idle"));
  EXPECT_THAT(refusal([](Options o) { o.connection.idle_timeout = 0s; }), named("idle_timeout"));
  EXPECT_THAT(refusal([](Options o) { o.connection.max_body_bytes = 0; }), named("max_body_bytes"));
  EXPECT_THAT(refusal([](Options o) { o.connection.max_retries = 11; }), named("max_retries"));
  EXPECT_THAT(refusal([](Options o) { o.connection.min_retry_delay = 0s; }),
              named("min_retry_delay"));
  EXPECT_THAT(refusal([](Options o) { o.connection.max_retry_delay = 1ms; }),
              named("max_retry_delay"));
  EXPECT_THAT(refusal([](Options o) { o.connection.retry_budget = 1.01; }), named("retry_budget"));
  EXPECT_THAT(refusal([](Options o) { o.connection.retry_budget = std::nan(""); }),
              named("retry_budget"));
  EXPECT_THAT(refusal([](Options o) { o.connection.dns_ttl = 0s; }), named("dns_ttl"));
  EXPECT_THAT(refusal([](Options o) { o.connection.ca_file = "ca.pem"; }),
              HasSubstr("ca_file: needs an https url"));
}

TEST(OriginRules, first_match_wins) {
  const OriginRules rules({{.match = "product:top", .url = "http://a/top"},
                           product_rule(),
                           {.match = "{all*}", .url = "http://b/{all*}"}});
  EXPECT_EQ(rules.find("product:top"), &rules.all()[0]);
  EXPECT_EQ(rules.find("product:1"), &rules.all()[1]);
  EXPECT_EQ(rules.find("user:1"), &rules.all()[2]);
  EXPECT_EQ(OriginRules({}).find("user:1"), nullptr);
}

TEST(OriginRules, error_names_the_rule) {
  try {
    const OriginRules rules({product_rule(), {.match = "user:{id}", .url = "ftp://a/"}});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("origin[1] (user:{id}): url: must begin with"));
  }
}

TEST(OriginRules, are_bounded) {
  const std::vector<OriginOptions> most(OriginRules::max_rules, product_rule());
  EXPECT_EQ(OriginRules(most).all().size(), OriginRules::max_rules);
  const std::vector<OriginOptions> more(OriginRules::max_rules + 1, product_rule());
  EXPECT_THROW(OriginRules{more}, Error);
}

TEST(OriginRules, one_origin_has_one_set_of_limits) {
  OriginOptions other = product_rule();
  other.match = "item:{id}";
  EXPECT_NO_THROW(OriginRules({product_rule(), other}));
  other.connection.max_concurrent = 3;
  EXPECT_THROW(OriginRules({product_rule(), other}), Error);
  other.url = "http://127.0.0.1:3002/{id}";
  EXPECT_NO_THROW(OriginRules({product_rule(), other}));
}

}  // namespace
}  // namespace nacre
