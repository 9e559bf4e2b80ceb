// Which source wins, and what the sources have in common.
#include <gtest/gtest.h>

#include "unit/assembly/settings_fixture.hpp"

namespace nacre::assembly {
namespace {

using namespace std::chrono_literals;

TEST(SettingsSources, nothing_gives_the_defaults) {
  EXPECT_EQ(render_settings_json(load_settings({})), render_settings_json(Settings{}));
}

TEST(SettingsSources, the_example_of_the_readme_is_read) {
  const Settings settings = from_file(R"(
[server]
listen = "127.0.0.1:3000"
[cache]
namespace = "app"
ttl = "60s"
[memory]
max_bytes = "256MiB"
[[origin]]
match = "product:{id}"
url = "http://127.0.0.1:3001/catalog/products/{id}"
ttl = "60s"
stale_while_revalidate = "30s"
stale_if_error = "10m"
negative_ttl = "5s"
timeout = "2s"
tags = ["product", "product:{id}"]
)");
  EXPECT_EQ(settings.server.listen, std::vector<std::string>{"127.0.0.1:3000"});
  EXPECT_EQ(settings.cache.namespace_name, "app");
  EXPECT_EQ(settings.cache.defaults.ttl, Duration(60s));
  EXPECT_EQ(settings.memory.max_bytes, std::size_t{256} << 20);
  ASSERT_EQ(settings.origins.size(), 1u);
  const OriginSettings& origin = settings.origins[0];
  EXPECT_EQ(origin.options.stale_while_revalidate, Duration(30s));
  EXPECT_EQ(origin.options.stale_if_error, Duration(10min));
  EXPECT_EQ(origin.options.negative_ttl, Duration(5s));
  EXPECT_EQ(origin.options.load_timeout, Duration(2s));
  EXPECT_EQ(origin.tags, (std::vector<std::string>{"product", "product:{id}"}));
}

TEST(SettingsSources, environment_wins_over_file_and_flags_over_both) {
  SettingsSource source{.file_text = "[cache]\nttl = 1\nnegative_ttl = 1\nmax_ttl = 1\n"};
  source.environment = {{"NACRE_CACHE_NEGATIVE_TTL", "2"}, {"NACRE_CACHE_MAX_TTL", "2"}};
  source.flags = {"cache.max_ttl=3"};
  const Options options = load_settings(source).cache.defaults;
  EXPECT_EQ(options.ttl, Duration(1s));
  EXPECT_EQ(options.negative_ttl, Duration(2s));
  EXPECT_EQ(options.max_ttl, Duration(3s));
}

TEST(SettingsSources, a_plain_number_is_seconds_and_a_text_carries_its_unit) {
  const auto ttl = [](const std::string& toml) {
    return *from_file("[cache]\nttl = " + toml).cache.defaults.ttl;
  };
  EXPECT_EQ(ttl("90"), Duration(90s));
  EXPECT_EQ(ttl("0.25"), Duration(250ms));
  EXPECT_EQ(ttl("\"90\""), Duration(90s));
  EXPECT_EQ(ttl("\"250ms\""), Duration(250ms));
  EXPECT_EQ(ttl("\"5m\""), Duration(5min));
}

TEST(SettingsSources, a_size_is_bytes_or_carries_its_unit) {
  const auto size = [](const std::string& toml) {
    return from_file("[memory]\nmax_value_bytes = " + toml).memory.max_value_bytes;
  };
  EXPECT_EQ(size("2048"), 2048u);
  EXPECT_EQ(size("\"2KiB\""), 2048u);
  EXPECT_EQ(size("\"2KB\""), 2000u);
}

TEST(SettingsSources, port_keeps_the_host_and_is_weaker_than_listen) {
  EXPECT_EQ(from_environment({{"PORT", "8080"}}).server.listen[0], "127.0.0.1:8080");
  EXPECT_EQ(from_environment({{"PORT", "0"}}, "[server]\nlisten = \"[::1]:9\"\n").server.listen[0],
            "[::1]:0");
  EXPECT_EQ(
      from_environment({{"PORT", "8080"}, {"NACRE_SERVER_LISTEN", "127.0.0.1:9"}}).server.listen[0],
      "127.0.0.1:9");
}

TEST(SettingsSources, common_variables_are_understood) {
  EXPECT_EQ(from_environment({{"LOG_LEVEL", "warning"}}).log.level, LogLevel::warning);
  EXPECT_TRUE(from_environment({{"NACRE_ENV", "production"}}).server.production);
  EXPECT_FALSE(from_environment({{"NACRE_ENV", "development"}}).server.production);
  EXPECT_EQ(from_environment({{"NACRE_LOG_LEVEL", "error"}, {"LOG_LEVEL", "debug"}}).log.level,
            LogLevel::error);
}

TEST(SettingsSources, REDIS_URL_alone_names_the_remote) {
  EXPECT_EQ(from_environment({{"REDIS_URL", "redis://r:1"}}).remote.url, "redis://r:1");
  EXPECT_EQ(
      from_environment({{"REDIS_URL", "redis://r"}, {"NACRE_REMOTE_URL", "redis://s"}}).remote.url,
      "redis://s");
  EXPECT_EQ(
      from_environment({{"REDIS_URL", "redis://r"}}, "[remote]\nurl = \"redis://f\"\n").remote.url,
      "redis://r");
  EXPECT_EQ(from_environment({{"NACRE_REMOTE_HEARTBEAT", "2"}}).remote.heartbeat, Duration(2s));
  EXPECT_TRUE(from_environment({{"REDIS_URL", ""}}).remote.url.empty());
}

TEST(SettingsSources, a_change_of_the_remote_needs_a_restart) {
  const Settings running = from_file("[remote]\nurl = \"redis://a\"\n");
  const Settings wanted = from_file("[remote]\nurl = \"redis://b\"\nlease = \"2s\"\n");
  EXPECT_EQ(changes_needing_restart(running, wanted),
            (std::vector<std::string>{"remote.lease", "remote.url"}));
}

TEST(SettingsSources, a_cache_has_its_write_policy) {
  EXPECT_EQ(from_flags({"cache.write_policy=strict"}).cache.defaults.write_policy,
            WritePolicy::strict);
  EXPECT_EQ(from_flags({"cache.write_policy=best_effort"}).cache.defaults.write_policy,
            WritePolicy::best_effort);
}

TEST(SettingsSources, common_variables_may_be_empty) {
  const Settings settings = from_environment({{"PORT", ""}, {"LOG_LEVEL", ""}, {"NACRE_ENV", ""}});
  EXPECT_EQ(render_settings_json(settings), render_settings_json(Settings{}));
}

TEST(SettingsSources, variables_of_others_are_ignored) {
  const Settings settings =
      from_environment({{"PATH", "/bin"}, {"NACREOUS", "x"}, {"NACRE_URL", "http://x"}});
  EXPECT_EQ(render_settings_json(settings), render_settings_json(Settings{}));
}

TEST(SettingsSources, variables_reach_named_caches_with_dashes_in_their_names) {
  const Settings settings =
      from_environment({{"NACRE_CACHES_USER_SESSIONS_TTL", "7"}}, "[caches.user-sessions]\n");
  EXPECT_EQ(settings.caches.at(0).defaults.ttl, Duration(7s));
}

TEST(SettingsSources, a_flag_can_add_a_named_cache) {
  const Settings settings = from_flags({"caches.sessions.ttl=30m", "caches.sessions.tags=a, b"});
  ASSERT_EQ(settings.caches.size(), 1u);
  EXPECT_EQ(settings.caches[0].name, "sessions");
  EXPECT_EQ(settings.caches[0].namespace_name, "sessions");
  EXPECT_EQ(settings.caches[0].defaults.ttl, Duration(30min));
  EXPECT_EQ(settings.caches[0].defaults.tags, (std::vector<std::string>{"a", "b"}));
}

TEST(SettingsSources, a_named_cache_has_the_options_of_cache_where_it_gives_none) {
  const Settings settings = from_environment({{"NACRE_CACHE_NEGATIVE_TTL", "3"}}, R"(
[caches.sessions]
ttl = 2
tags = ["session"]
[cache]
ttl = 1
tags = ["app"]
)");
  const Options& options = settings.caches.at(0).defaults;
  EXPECT_EQ(options.ttl, Duration(2s));
  EXPECT_EQ(options.negative_ttl, Duration(3s));
  EXPECT_EQ(options.tags, (std::vector<std::string>{"app", "session"}));
}

TEST(SettingsSources, rules_and_memory_belong_to_their_cache) {
  const Settings settings = from_file(R"(
[[cache.rule]]
prefix = "a:"
ttl = 1
[[caches.sessions.rule]]
prefix = "b:"
ttl = 2
[[caches.sessions.rule]]
prefix = "c:"
[caches.sessions.memory]
max_bytes = "32MiB"
)");
  ASSERT_EQ(settings.cache.rules.size(), 1u);
  EXPECT_EQ(settings.cache.rules[0].prefix, "a:");
  const CacheSettings& sessions = settings.caches.at(0);
  ASSERT_EQ(sessions.rules.size(), 2u);
  EXPECT_EQ(sessions.rules[0].options.ttl, Duration(2s));
  ASSERT_TRUE(sessions.memory);
  EXPECT_EQ(sessions.memory->max_bytes, std::size_t{32} << 20);
}

TEST(SettingsSources, byte_order_mark_and_carriage_returns_are_no_problem) {
  const Settings settings = from_file("\xEF\xBB\xBF[cache]\r\nttl = 5\r\nnamespace = \"x\"\r\n");
  EXPECT_EQ(settings.cache.defaults.ttl, Duration(5s));
  EXPECT_EQ(settings.cache.namespace_name, "x");
}

TEST(SettingsSources, a_change_of_what_is_fixed_at_start_needs_a_restart) {
  const Settings running = from_file("[caches.a]\n");
  const Settings wanted =
      from_flags({"server.threads=3", "memory.max_bytes=1GiB", "cache.namespace=other"},
                 "[caches.b.memory]\n");
  EXPECT_EQ(changes_needing_restart(running, wanted),
            (std::vector<std::string>{"cache.namespace", "caches.a.namespace",
                                      "caches.b.memory.max_bytes", "caches.b.memory.max_entries",
                                      "caches.b.memory.max_value_bytes", "caches.b.namespace",
                                      "memory.max_bytes", "server.threads"}));
}

TEST(SettingsSources, a_change_of_options_rules_origins_and_limits_needs_none) {
  const Settings wanted = from_file(R"(
[server]
listen = ["127.0.0.1:1"]
max_body_bytes = "1MiB"
access_log = false
[log]
level = "debug"
[cache]
ttl = 1
[[cache.rule]]
prefix = "a"
[[origin]]
match = "a"
url = "http://localhost/"
)");
  EXPECT_TRUE(changes_needing_restart(Settings{}, wanted).empty());
}

}  // namespace
}  // namespace nacre::assembly
