#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assembly/config_texts.hpp"
#include "unit/assembly/settings_fixture.hpp"

namespace nacre::assembly {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SettingsJson, has_every_option_by_its_name) {
  const std::string json = render_settings_json(specimen_settings());
  for (const SectionRow& section : section_table()) {
    for (const std::string& name : option_names(section)) {
      EXPECT_THAT(json, HasSubstr("\"" + name + "\":")) << section.path;
    }
  }
}

TEST(SettingsJson, withholds_values_of_headers_and_queries_of_urls) {
  const std::string json = render_settings_json(from_file(R"(
[[origin]]
match = "p:{id}"
url = "https://h/p?api_key=hidden1"
headers = { authorization = "hidden2" }
header_files = { x-token = "/etc/token" }
)"));
  EXPECT_THAT(json, Not(HasSubstr("hidden")));
  EXPECT_THAT(json, HasSubstr(R"json("url":"https://h/p?(withheld)")json"));
  EXPECT_THAT(json, HasSubstr(R"json("headers":{"authorization":"(withheld)"})json"));
  EXPECT_THAT(json, HasSubstr(R"("header_files":{"x-token":"/etc/token"})"));
}

TEST(SettingsJson, withholds_the_password_of_the_remote) {
  const auto url_in = [](const std::string& url) {
    return render_settings_json(from_environment({{"REDIS_URL", url}}));
  };
  EXPECT_THAT(url_in("redis://app:hidden@h:7/1"),
              HasSubstr(R"json("url":"redis://app:(withheld)@h:7/1")json"));
  EXPECT_THAT(url_in("rediss://:hidd%40en@h"),
              HasSubstr(R"json("url":"rediss://:(withheld)@h")json"));
  EXPECT_THAT(url_in("redis://h:7/1"), HasSubstr(R"("url":"redis://h:7/1")"));
  EXPECT_THAT(url_in("unix:///run/redis.sock"), HasSubstr(R"("url":"unix:///run/redis.sock")"));
}

TEST(SettingsJson, durations_and_sizes_carry_their_units) {
  const std::string json = render_settings_json(from_flags({"cache.ttl=90"}));
  EXPECT_THAT(json, HasSubstr(R"("ttl":"90s")"));
  EXPECT_THAT(json, HasSubstr(R"("max_bytes":"256MiB")"));
}

TEST(SettingsJson, an_option_that_another_section_decides_is_null) {
  const std::string json = render_settings_json(from_file("[[cache.rule]]\nprefix = \"a\"\n"));
  EXPECT_THAT(json, HasSubstr(R"("rule":[{"prefix":"a","ttl":null)"));
  EXPECT_THAT(json, HasSubstr(R"("namespace":"app","ttl":"1m","stale_while_revalidate":"0s",)"
                              R"("stale_if_error":null)"));
}

}  // namespace
}  // namespace nacre::assembly
