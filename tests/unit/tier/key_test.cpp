#include "tier/key.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "base/utf8.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

/// The code and field of what `check` throws for `text`; nullopt when it throws nothing.
std::optional<std::pair<Errc, std::string>> trouble_of(void (*check)(std::string_view),
                                                       std::string_view text) {
  try {
    check(text);
  } catch (const Error& error) {
    return std::pair(error.code(), error.details().at(0).second);
  }
  return std::nullopt;
}

bool is_allowed_text(std::string_view text, std::size_t max_bytes) {
  return !text.empty() && text.size() <= max_bytes && is_valid_utf8(text) &&
         !has_control_characters(text);
}

rc::Gen<std::string> nasty_text() {
  return rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("ab~:*?[]\\{}\n\x7f\0\xc3\xa4\xff 1", 20)));
}

RC_GTEST_PROP(Key, is_allowed_exactly_when_the_rule_says, ()) {
  const std::string text = *nasty_text();
  const bool is_allowed = is_allowed_text(text, max_key_bytes) && text.front() != '~';
  const auto trouble = trouble_of(check_key, text);
  RC_ASSERT(trouble.has_value() != is_allowed);
  if (trouble) RC_ASSERT(*trouble == std::pair(Errc::invalid_key, std::string("key")));
}

RC_GTEST_PROP(Key, a_tag_is_allowed_exactly_when_the_rule_says, ()) {
  const std::string text = *nasty_text();
  const auto trouble = trouble_of(check_tag, text);
  RC_ASSERT(trouble.has_value() != is_allowed_text(text, max_tag_bytes));
  if (trouble) RC_ASSERT(*trouble == std::pair(Errc::invalid_argument, std::string("tags")));
}

RC_GTEST_PROP(Key, a_namespace_is_allowed_exactly_when_the_rule_says, ()) {
  const std::string text = *nasty_text();
  const bool is_allowed = is_allowed_text(text, max_namespace_bytes) &&
                          text.find_first_of("*?[]\\{}:") == std::string::npos;
  const auto trouble = trouble_of(check_namespace, text);
  RC_ASSERT(trouble.has_value() != is_allowed);
  if (trouble) RC_ASSERT(*trouble == std::pair(Errc::invalid_namespace, std::string("namespace")));
}

TEST(Key, lengths_are_bounded_in_bytes) {
  EXPECT_EQ(trouble_of(check_key, std::string(1024, 'k')), std::nullopt);
  EXPECT_NE(trouble_of(check_key, std::string(1025, 'k')), std::nullopt);
  EXPECT_EQ(trouble_of(check_tag, std::string(256, 't')), std::nullopt);
  EXPECT_NE(trouble_of(check_tag, std::string(257, 't')), std::nullopt);
  EXPECT_EQ(trouble_of(check_namespace, std::string(64, 'n')), std::nullopt);
  EXPECT_NE(trouble_of(check_namespace, std::string(65, 'n')), std::nullopt);
}

TEST(Key, what_is_wrong_is_said_and_the_key_is_not_repeated) {
  try {
    check_key("secret\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("control characters"), std::string::npos);
    EXPECT_EQ(error.message().find("secret"), std::string::npos);
  }
}

RC_GTEST_PROP(Key, hash_depends_on_namespace_seed_and_kind, (const std::string& text)) {
  const Namespace app(0, "app");
  const Namespace other(1, "other");
  const std::uint64_t hash = hash_key(app, text, 7);
  RC_ASSERT(hash == hash_key(app, std::string(text), 7));
  RC_ASSERT(hash != hash_key(other, text, 7));
  RC_ASSERT(hash != hash_key(app, text, 8));
  RC_ASSERT(hash != hash_tag(app, text, 7));
  RC_ASSERT(hash != hash_key(app, text + 'x', 7));
}

TEST(Key, hash_spreads_over_low_and_high_bits) {
  // Marks take the low bits, flight shards the top ones.
  const Namespace app(0, "app");
  std::set<std::uint64_t> low;
  std::set<std::uint64_t> high;
  for (int index = 0; index < 1000; ++index) {
    const std::uint64_t hash = hash_key(app, "user:" + std::to_string(index), 7);
    low.insert(hash & 63);
    high.insert(hash >> 58);
  }
  EXPECT_EQ(low.size(), 64u);
  EXPECT_EQ(high.size(), 64u);
}

TEST(OwnedKey, outlives_what_it_was_made_from) {
  const Namespace app(0, "app");
  auto text = std::make_unique<std::string>("user:1");
  const OwnedKey owned(KeyView{.space = &app, .text = *text, .hash = 5});
  text.reset();
  EXPECT_EQ(owned.view().text, "user:1");
  EXPECT_EQ(owned.view().space, &app);
  EXPECT_EQ(owned.view().hash, 5u);
}

}  // namespace
}  // namespace nacre
