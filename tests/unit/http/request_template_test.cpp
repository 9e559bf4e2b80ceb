#include "http/request_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "nacre/error.hpp"

namespace nacre {
namespace {

using ::testing::HasSubstr;

std::string target_of(std::string_view match, std::string_view path, std::string_view key) {
  const KeyPattern pattern(match);
  return TargetTemplate(path, pattern.names()).expand(pattern.find(key).value());
}

std::optional<Errc> trouble_of(std::string_view match, std::string_view path,
                               std::string_view key) {
  try {
    target_of(match, path, key);
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

std::string refusal(std::string_view path) {
  try {
    const KeyPattern pattern("k:{id}:{path*}");
    const TargetTemplate target(path, pattern.names());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.message();
  }
  return "accepted";
}

TEST(TargetTemplate, puts_captures_into_their_places) {
  EXPECT_EQ(target_of("{t}:product:{id}", "/{t}/products/{id}?from={t}", "acme:product:7"),
            "/acme/products/7?from=acme");
  EXPECT_EQ(target_of("home", "", "home"), "/");
  EXPECT_EQ(target_of("q:{q}", "?q={q}", "q:a"), "/?q=a");
}

TEST(TargetTemplate, encodes_all_but_unreserved_characters) {
  EXPECT_EQ(target_of("p:{id}", "/p/{id}", "p:a b/c?d#e%2f&\xC3\xA9"),
            "/p/a%20b%2Fc%3Fd%23e%252f%26%C3%A9");
  EXPECT_EQ(target_of("p:{id}", "/p?id={id}", "p:a&b=c+d"), "/p?id=a%26b%3Dc%2Bd");
  EXPECT_EQ(target_of("p:{id}", "/p/{id}", "p:a\r\nHost"), "/p/a%0D%0AHost");
}

TEST(TargetTemplate, rest_keeps_slashes_in_the_path_only) {
  EXPECT_EQ(target_of("page:{path*}", "/{path*}", "page:a/b:c/"), "/a/b%3Ac/");
  EXPECT_EQ(target_of("page:{path*}", "/{path}", "page:a/b"), "/a%2Fb");
  EXPECT_EQ(target_of("page:{path*}", "/?p={path*}", "page:a/b"), "/?p=a%2Fb");
  EXPECT_EQ(target_of("page:{path*}", "/{path*}", "page:"), "/");
}

TEST(TargetTemplate, refuses_keys_that_make_dot_segments) {
  EXPECT_EQ(trouble_of("p:{id}", "/p/{id}/x", "p:.."), Errc::invalid_key);
  EXPECT_EQ(trouble_of("p:{id}", "/p/{id}", "p:."), Errc::invalid_key);
  EXPECT_EQ(trouble_of("p:{id}", "/p/.{id}", "p:."), Errc::invalid_key);
  EXPECT_EQ(trouble_of("p:{id}", "/p/%2E{id}", "p:."), Errc::invalid_key);
  EXPECT_EQ(trouble_of("p:{path*}", "/p/{path*}", "p:a/../b"), Errc::invalid_key);
  EXPECT_EQ(trouble_of("p:{path*}", "/p/{path*}", "p:a/.."), Errc::invalid_key);
  EXPECT_EQ(trouble_of("p:{id}", "/p/{id}", "p:..."), std::nullopt);
  EXPECT_EQ(trouble_of("p:{id}", "/p?x={id}", "p:.."), std::nullopt) << "no segment in a query";
}

TEST(TargetTemplate, refuses_keys_that_make_empty_segments) {
  EXPECT_EQ(trouble_of("p:{path*}", "/{path*}", "p:/evil.example/x"), Errc::invalid_key);
  EXPECT_EQ(trouble_of("p:{path*}", "/{path*}", "p:a//b"), Errc::invalid_key);
  EXPECT_EQ(trouble_of("p:{path*}", "/a/{path*}/b", "p:"), Errc::invalid_key);
}

TEST(TargetTemplate, refuses_templates_that_are_no_target) {
  EXPECT_THAT(refusal("/a#b"), HasSubstr("fragment"));
  EXPECT_THAT(refusal("/a b"), HasSubstr("percent-encoded"));
  EXPECT_THAT(refusal("/a\nb"), HasSubstr("percent-encoded"));
  EXPECT_THAT(refusal("/%4"), HasSubstr("two hexadecimal"));
  EXPECT_THAT(refusal("/a/../b"), HasSubstr("segment"));
  EXPECT_THAT(refusal("/a/%2e%2E/b"), HasSubstr("segment"));
  EXPECT_THAT(refusal("//a"), HasSubstr("segment"));
  EXPECT_THAT(refusal("/{other}"), HasSubstr("captures no {other}"));
  EXPECT_THAT(refusal("/{id*}"), HasSubstr("one segment only"));
}

bool is_unreserved_or_encoded(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~%").find(c) != std::string_view::npos;
  });
}

RC_GTEST_PROP(TargetTemplate, no_key_escapes_its_segment, ()) {
  // Given any text in a segment, the characters that matter most often.
  const auto c =
      rc::gen::oneOf(rc::gen::suchThat<char>([](char x) { return x != ':'; }),
                     rc::gen::element('.', '/', '%', '?', '#', '\\', '\r', '\n', '2', 'e'));
  const std::string id = *rc::gen::nonEmpty(rc::gen::container<std::string>(c));
  std::string target;
  try {
    target = target_of("p:{id}", "/a/{id}/b?q={id}", "p:" + id);
  } catch (const Error& error) {
    RC_ASSERT(error.code() == Errc::invalid_key);
    RC_ASSERT(id == "." || id == "..");
    return;
  }
  // Then it is one path segment and one query value, and nothing else has moved.
  RC_ASSERT(target.starts_with("/a/"));
  const std::size_t query = target.find("/b?q=");
  RC_ASSERT(query != std::string::npos);
  const std::string segment = target.substr(3, query - 3);
  RC_ASSERT(is_unreserved_or_encoded(segment));
  RC_ASSERT(segment != "." && segment != "..");
  RC_ASSERT(target.substr(query + 5) == segment);
}

RC_GTEST_PROP(TargetTemplate, no_rest_escapes_its_folder, ()) {
  const auto c = rc::gen::oneOf(rc::gen::arbitrary<char>(),
                                rc::gen::element('.', '/', '%', '?', '#', '\\', '2', 'e'));
  const std::string path = *rc::gen::container<std::string>(c);
  std::string target;
  try {
    target = target_of("p:{path*}", "/a/{path*}", "p:" + path);
  } catch (const Error& error) {
    RC_ASSERT(error.code() == Errc::invalid_key);
    return;
  }
  RC_ASSERT(target.starts_with("/a/"));
  std::string rest = target.substr(1) + "/";
  RC_ASSERT(rest.find("//") == std::string::npos || path.ends_with("/") || path.empty());
  while (!rest.empty()) {
    const std::string segment = rest.substr(0, rest.find('/'));
    RC_ASSERT(is_unreserved_or_encoded(segment));
    RC_ASSERT(segment != "." && segment != "..");
    rest.erase(0, segment.size() + 1);
  }
}

RC_GTEST_PROP(TargetTemplate, different_keys_have_different_targets, ()) {
  const auto text = rc::gen::nonEmpty(
      rc::gen::container<std::string>(rc::gen::element('a', '%', '2', 'F', '/', ' ', '+')));
  const std::string one = *text;
  const std::string other = *rc::gen::distinctFrom(text, one);
  RC_ASSERT(target_of("{id}", "/{id}", one) != target_of("{id}", "/{id}", other));
}

TEST(PlainTemplate, takes_captures_as_they_are) {
  const KeyPattern pattern("{t}:p:{id}");
  const PlainTemplate tag("product:{id}@{t}{{x}}", pattern.names(), "tags");
  EXPECT_EQ(tag.expand(pattern.find("acme:p:1/2").value()), "product:1/2@acme{x}");
}

TEST(PlainTemplate, names_its_field_when_refused) {
  try {
    const PlainTemplate tag("{id}", {}, "tags");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("tags: match captures no {id}"));
  }
}

TEST(HeaderValue, cannot_end_its_line) {
  EXPECT_TRUE(is_header_value(""));
  EXPECT_TRUE(is_header_value("text/html; q=0.5"));
  for (const std::string& value :
       {std::string("a\r\nb"), std::string("a\nb"), std::string("a\0b", 3), std::string("\x7f"),
        std::string("\xC3\xA9"), std::string(" a"), std::string("a ")}) {
    EXPECT_FALSE(is_header_value(value)) << value;
  }
}

}  // namespace
}  // namespace nacre
