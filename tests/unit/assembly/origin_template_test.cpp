#include "assembly/origin_template.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nacre::assembly {
namespace {

TEST(OriginTemplate, accepts_what_the_grammar_allows) {
  for (const char* match : {"a", "p:{id}", "{a}:{b}", "p:x{id}y", "files:{path*}", "{{a}}:{b}"}) {
    EXPECT_EQ(match_trouble(match), std::nullopt) << match;
  }
  for (const char* url :
       {"http://h", "https://h:8443/{id}?q={b}", "http://[::1]:80/x", "http://a-b.c/{path*}"}) {
    EXPECT_EQ(url_trouble(url), std::nullopt) << url;
  }
}

TEST(OriginTemplate, says_what_is_wrong_with_a_match) {
  EXPECT_EQ(match_trouble("a}"), "has a } without its {; write }} for a brace");
  EXPECT_EQ(match_trouble("{a"), "has a { without its }; write {{ for a brace");
  EXPECT_EQ(match_trouble("{a}:{a}"), "captures {a} twice");
  EXPECT_EQ(match_trouble("{a}-{b}"), "captures {b} in a segment that has a capture already");
  EXPECT_EQ(match_trouble("{a*}:x"), "has {a*} before its end; the rest can only come last");
  EXPECT_EQ(match_trouble("~x"), "begins with ~, which no key does");
  EXPECT_TRUE(match_trouble("{}").has_value());
  EXPECT_TRUE(match_trouble("{A}").has_value());
  EXPECT_TRUE(match_trouble("{1a}").has_value());
  EXPECT_EQ(match_trouble("{a}:{b}:{c}:{d}:{e}:{f}:{g}:{h}"), std::nullopt);
  EXPECT_EQ(match_trouble("{a}:{b}:{c}:{d}:{e}:{f}:{g}:{h}:{i}"), "has too many captures");
}

TEST(OriginTemplate, no_key_can_choose_the_host) {
  EXPECT_EQ(url_trouble("http://{h}/x"),
            "has a capture in its host; captures are for path and query");
  EXPECT_EQ(url_trouble("http://a.{h}"),
            "has a capture in its host; captures are for path and query");
  EXPECT_EQ(url_trouble("http://u@h/"), "has a user or password; use header_files for secrets");
  EXPECT_EQ(url_trouble("http://h?@x/{a}"), std::nullopt);  // the host ends at the question mark
}

TEST(OriginTemplate, says_what_is_wrong_with_a_url) {
  EXPECT_EQ(url_trouble("h/x"), "does not begin with http:// or https://");
  EXPECT_EQ(url_trouble("http:///x"), "has no host");
  EXPECT_EQ(url_trouble("http://h:0/"), "has no valid port");
  EXPECT_EQ(url_trouble("http://h:99999/"), "has no valid port");
  EXPECT_EQ(url_trouble("http://h:/"), "has no valid port");
  EXPECT_EQ(url_trouble("http://[::1/"), "has no valid IPv6 address");
  EXPECT_EQ(url_trouble("http://[]/"), "has no valid IPv6 address");
  EXPECT_EQ(url_trouble("http://h/#x"), "has a fragment, which is never sent");
  EXPECT_EQ(url_trouble("http://h/a b"), "has a character that a URL must percent-encode");
  EXPECT_EQ(url_trouble("http://h/\xC3\xA4"), "has a character that a URL must percent-encode");
}

TEST(OriginTemplate, only_what_is_captured_can_be_used) {
  EXPECT_EQ(use_trouble("x{id}", "p:{id}"), std::nullopt);
  EXPECT_EQ(use_trouble("x{other}", "p:{id}"), "uses {other}, which match does not capture");
  EXPECT_EQ(use_trouble("x{", "p:{id}"), "has a { without its }; write {{ for a brace");
}

RC_GTEST_PROP(OriginTemplate, every_text_is_right_or_wrong, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("{}{}ab*:/?@[].1")));
  match_trouble(text);
  url_trouble("http://" + text);
  use_trouble(text, text);
  RC_SUCCEED("no text is too strange");
}

}  // namespace
}  // namespace nacre::assembly
