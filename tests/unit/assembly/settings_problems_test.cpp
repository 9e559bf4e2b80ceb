// What is wrong is said with its place, what is wrong, and what is allowed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include "nacre/error.hpp"
#include "unit/assembly/settings_fixture.hpp"

namespace nacre::assembly {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* origin = "[[origin]]\nmatch = \"p:{id}\"\nurl = \"http://localhost/{id}\"\n";

std::string origin_with(const std::string& lines) {
  return origin + lines;
}

TEST(SettingsProblems, an_unknown_name_is_answered_with_the_nearest) {
  EXPECT_EQ(file_trouble("[cache]\nttl = 1\n\n\n\n\ntll = 1\n"),
            "nacre.toml:7:1: cache.tll: unknown setting; did you mean \"ttl\"?");
  EXPECT_EQ(file_trouble("[sever]\n"),
            "nacre.toml:1:2: sever: unknown setting; did you mean \"server\"?");
  EXPECT_THAT(file_trouble("[caches.a]\nrules = []\n"), HasSubstr("did you mean \"rule\"?"));
  EXPECT_THAT(file_trouble("[server]\nmax_headbytes = 1\n"),
              HasSubstr("did you mean \"max_head_bytes\"?"));
}

TEST(SettingsProblems, a_name_that_is_near_to_none_is_answered_with_all) {
  EXPECT_EQ(file_trouble("[disk]\npath = \"x\"\n"),
            "nacre.toml:1:2: disk: unknown setting; allowed: server, log, memory, remote, loads, "
            "cache, caches, origin");
}

TEST(SettingsProblems, all_are_told_at_once_from_top_to_bottom) {
  const std::string message = trouble({.file_text = "[server]\nthreads = -1\nzzz = 1\n"
                                                    "access_log = 1\n[cache]\nttl = \"1 s\"\n",
                                       .environment = {{"NACRE_CACHE_TLL", "1"}},
                                       .flags = {"cache.negative_ttl=-1"}});
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 5);
  EXPECT_TRUE(message.starts_with("nacre.toml:2:11: server.threads: is negative; allowed: 0 to"))
      << message;
  EXPECT_THAT(message,
              HasSubstr("nacre.toml:6:7: cache.ttl: has an unknown unit; allowed: 1ms to"));
  EXPECT_THAT(message, HasSubstr("environment NACRE_CACHE_TLL: unknown variable; did you mean "
                                 "\"NACRE_CACHE_TTL\"?"));
  EXPECT_THAT(message, HasSubstr("flag cache.negative_ttl: cache.negative_ttl: is negative"));
}

TEST(SettingsProblems, the_error_lists_them_as_values) {
  try {
    from_file("[cache]\ntll = 1\nttl = 0\n");
    FAIL();
  } catch (const SettingsError& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    ASSERT_EQ(error.problems().size(), 2u);
    EXPECT_EQ(error.problems()[1].place, "nacre.toml:3:7");
    EXPECT_EQ(error.problems()[1].setting, "cache.ttl");
    EXPECT_EQ(error.problems()[1].problem, "\"0s\" is out of range");
    EXPECT_EQ(error.problems()[1].allowed, "1ms to 3653d");
    EXPECT_EQ(error.details().size(), 2u);
  }
}

TEST(SettingsProblems, a_file_of_garbage_does_not_make_a_message_of_megabytes) {
  std::string text = "[cache]\n";
  for (int index = 0; index < 1000; ++index) text += fmt::format("name_{} = 1\n", index);
  try {
    from_file(text);
    FAIL();
  } catch (const SettingsError& error) {
    EXPECT_EQ(error.problems().size(), 100u);
  }
}

TEST(SettingsProblems, numbers_that_are_none_are_refused) {
  EXPECT_THAT(file_trouble("[cache]\nttl = nan\n"), HasSubstr("cache.ttl: is not a number"));
  EXPECT_THAT(file_trouble("[cache]\nttl = inf\n"), HasSubstr("is too large"));
  EXPECT_THAT(file_trouble("[cache]\nttl = 1e18\n"), HasSubstr("is too large"));
  EXPECT_THAT(file_trouble("[cache]\nttl_jitter = nan\n"), HasSubstr("is not finite"));
  EXPECT_THAT(file_trouble("[cache]\nttl = \"abc\"\n"), HasSubstr("does not begin with a digit"));
  EXPECT_THAT(file_trouble("[cache]\nttl = 1979-05-27\n"), HasSubstr("is a date or time"));
}

TEST(SettingsProblems, a_section_of_the_wrong_kind_is_refused) {
  EXPECT_THAT(file_trouble("server = 1\n"), HasSubstr("server: is an integer; allowed: a table"));
  EXPECT_THAT(file_trouble("[origin]\n"),
              HasSubstr("origin: is a table; allowed: tables, each headed [[origin]]"));
  EXPECT_THAT(file_trouble("[cache]\nrule = [1]\n"), HasSubstr("is an integer; allowed: a table"));
}

TEST(SettingsProblems, what_toml_refuses_has_its_place) {
  const std::string message = file_trouble("[cache]\nttl = 1\nttl = 2\n");
  EXPECT_TRUE(message.starts_with("nacre.toml:3:")) << message;
  EXPECT_THAT(message, HasSubstr("not valid TOML"));
}

TEST(SettingsProblems, a_file_that_is_too_large_is_refused) {
  EXPECT_EQ(file_trouble(std::string((1 << 20) + 1, '\n')),
            "nacre.toml: the file is too large; allowed: at most 1MiB");
}

TEST(SettingsProblems, lists_have_limits) {
  std::string text;
  for (int index = 0; index <= 1000; ++index) {
    text += fmt::format("[[origin]]\nmatch=\"k{}\"\nurl=\"http://h/\"\n", index);
  }
  EXPECT_THAT(file_trouble(text), HasSubstr("origin: has 1001 elements; allowed: at most 1000"));
  text.clear();
  for (int index = 0; index <= 1000; ++index) {
    text += fmt::format("[[cache.rule]]\nprefix=\"k{}\"\n", index);
  }
  EXPECT_THAT(file_trouble(text), HasSubstr("cache.rule: has 1001 elements"));
  text.clear();
  for (int index = 0; index <= 100; ++index) text += fmt::format("[caches.c{}]\n", index);
  EXPECT_THAT(file_trouble(text), HasSubstr("caches: has 101 caches; allowed: at most 100"));
}

TEST(SettingsProblems, an_open_address_needs_a_token) {
  EXPECT_EQ(file_trouble("[server]\nlisten = \"0.0.0.0:80\"\n"),
            "nacre.toml:2:10: server.listen: 0.0.0.0:80 can be reached from other machines; "
            "allowed: loopback addresses, or any with server.bearer_token_file");
  EXPECT_EQ(file_trouble("[server]\nlisten = \"0.0.0.0:80\"\nbearer_token_file = \"t\"\n"),
            "(accepted)");
  EXPECT_THAT(flag_trouble("server.listen=[::]:80"), HasSubstr("flag server.listen: "));
}

TEST(SettingsProblems, duplicates_are_refused) {
  EXPECT_THAT(file_trouble("[server]\nlisten = [\"127.0.0.1:1\", \"127.0.0.1:1\"]\n"),
              HasSubstr("has \"127.0.0.1:1\" twice"));
  EXPECT_THAT(file_trouble(origin_with(origin)),
              HasSubstr("origin[1].match: is that of origin[0]"));
  EXPECT_THAT(file_trouble("[[cache.rule]]\nprefix=\"a\"\n[[cache.rule]]\nprefix=\"a\"\n"),
              HasSubstr("nacre.toml:4:8: cache.rule[1].prefix: is that of rule[0] as well"));
  EXPECT_THAT(file_trouble("[caches.a]\nnamespace=\"app\"\n"),
              HasSubstr("caches.a.namespace: \"app\" is that of the cache \"default\" as well"));
  EXPECT_THAT(file_trouble("[caches.default]\n"), HasSubstr("is the name of the cache of [cache]"));
  EXPECT_THAT(trouble({.flags = {"cache.ttl=1", "cache.ttl=2"}}),
              HasSubstr("flag cache.ttl: cache.ttl: is given twice"));
}

TEST(SettingsProblems, names_of_caches_are_labels) {
  EXPECT_THAT(file_trouble("[caches.\"A b\"]\n"),
              HasSubstr("caches.A b: the name has a character that is not allowed"));
  EXPECT_THAT(file_trouble("[caches.\"\\u0000\"]\n"), HasSubstr("caches.(unprintable)"));
}

TEST(SettingsProblems, a_value_cannot_be_larger_than_the_memory) {
  EXPECT_THAT(file_trouble("[memory]\nmax_bytes = \"1MiB\"\nmax_value_bytes = \"2MiB\"\n"),
              HasSubstr("memory.max_value_bytes: is more than max_bytes"));
}

TEST(SettingsProblems, tags_of_cache_and_rule_fit_one_entry) {
  std::string tags = "tags = [";
  for (int index = 0; index < 40; ++index) tags += fmt::format("\"t{}\",", index);
  EXPECT_THAT(
      file_trouble("[cache]\n" + tags + "]\n[[cache.rule]]\nprefix = \"a\"\n" + tags + "]\n"),
      HasSubstr("cache.rule[0].tags: are 80 with those of the cache"));
}

TEST(SettingsProblems, an_origin_needs_match_and_url) {
  const std::string message = file_trouble("[[origin]]\nttl = 1\n");
  EXPECT_THAT(message, HasSubstr("nacre.toml:1:1: origin[0].match: is missing; allowed: "));
  EXPECT_THAT(message, HasSubstr("origin[0].url: is missing"));
  EXPECT_THAT(file_trouble("[[cache.rule]]\nttl = 1\n"),
              HasSubstr("cache.rule[0].prefix: is missing"));
}

TEST(SettingsProblems, templates_of_an_origin_are_checked_where_they_stand) {
  const auto with = [](const std::string& match, const std::string& url, const std::string& more) {
    return file_trouble("[[origin]]\nmatch = \"" + match + "\"\nurl = \"" + url + "\"\n" + more);
  };
  EXPECT_THAT(with("p:{id", "http://h/", ""),
              HasSubstr("nacre.toml:2:9: origin[0].match: has a { without its }"));
  EXPECT_THAT(with("p:{id}", "http://h/{di}", ""),
              HasSubstr("nacre.toml:3:7: origin[0].url: uses {di}, which match does not capture"));
  EXPECT_THAT(with("p:{id}", "ftp://h/", ""), HasSubstr("does not begin with http:// or https://"));
  EXPECT_THAT(with("p:{id}", "http://u:p@h/", ""), HasSubstr("has a user or password"));
  EXPECT_THAT(with("p:{id}", "http://h/", "tags = [\"{x}\"]\n"),
              HasSubstr("nacre.toml:4:8: origin[0].tags: uses {x}"));
  EXPECT_THAT(with("p:{id}", "http://h/", "headers = { x-a = \"{x}\" }\n"),
              HasSubstr("origin[0].headers: uses {x}"));
}

TEST(SettingsProblems, headers_of_an_origin_are_checked) {
  EXPECT_THAT(file_trouble(origin_with("headers = { host = \"x\" }\n")),
              HasSubstr("has the field host, which nacred sets itself"));
  EXPECT_THAT(file_trouble(origin_with("headers = { \"a b\" = \"x\" }\n")),
              HasSubstr("no HTTP field name"));
  EXPECT_THAT(file_trouble(origin_with("headers = { x-a = \" x\" }\n")),
              HasSubstr("has blanks around it"));
  EXPECT_THAT(file_trouble(origin_with("pass_headers = \"authorization\"\n")),
              HasSubstr("all callers share the answer; allowed: traceparent"));
  EXPECT_THAT(
      file_trouble(origin_with("headers = { x-a = \"1\" }\nheader_files = { x-a = \"f\" }\n")),
      HasSubstr("x-a is in headers as well"));
}

TEST(SettingsProblems, rules_of_one_host_share_its_limits) {
  EXPECT_THAT(file_trouble(origin_with("[[origin]]\nmatch = \"q\"\nurl = \"http://localhost/q\"\n"
                                       "retries = 3\n")),
              HasSubstr("origin[1].url: has the host of origin[0] but other limits"));
  EXPECT_EQ(file_trouble(origin_with("[[origin]]\nmatch = \"q\"\nurl = \"http://other/q\"\n"
                                     "retries = 3\n")),
            "(accepted)");
}

TEST(SettingsProblems, limits_of_an_origin_fit_each_other) {
  EXPECT_THAT(file_trouble(origin_with("max_retry_delay = \"1ms\"\n")),
              HasSubstr("max_retry_delay: is less than min_retry_delay"));
  EXPECT_THAT(file_trouble(origin_with("ca_file = \"ca.pem\"\n")),
              HasSubstr("origin[0].ca_file: is given for a url without https"));
}

TEST(SettingsProblems, messages_hold_no_header_values) {
  EXPECT_THAT(file_trouble(origin_with("headers = { authorization = \" secret \" }\n")),
              Not(HasSubstr("secret")));
}

TEST(SettingsProblems, a_remote_that_makes_no_sense_is_refused_without_its_password) {
  const auto remote_trouble = [](const std::string& more) {
    return file_trouble("[remote]\nurl = \"redis://h\"\n" + more);
  };
  EXPECT_THAT(
      environment_trouble("REDIS_URL", "http://u:hidden@h"),
      AllOf(HasSubstr("environment REDIS_URL: remote.url: is not the URL of a Redis server"),
            HasSubstr("rediss://"), Not(HasSubstr("hidden"))));
  EXPECT_THAT(remote_trouble("key_file = \"k\"\n"), HasSubstr("remote.certificate_file: is given"));
  EXPECT_THAT(remote_trouble("ca_file = \"c\"\n"), HasSubstr("remote.url: is one without TLS"));
  EXPECT_THAT(remote_trouble("user = \"u\"\n"), HasSubstr("remote.user: is given without a pass"));
  EXPECT_THAT(remote_trouble("client_name = \"a b\"\n"), HasSubstr("remote.client_name: has a"));
  EXPECT_THAT(remote_trouble("lease = \"1ms\"\n"),
              HasSubstr("remote.lease: \"1ms\" is out of range; allowed: 100ms to 1m"));
  EXPECT_THAT(
      file_trouble("[remote]\nurl = \"redis://:hidden@h\"\npassword_file = \"p\"\n"),
      AllOf(HasSubstr("remote.password_file: is given, and url"), Not(HasSubstr("hidden"))));
  EXPECT_THAT(flag_trouble("cache.write_policy=loose"),
              HasSubstr("is no policy; allowed: best_effort or strict"));
}

TEST(SettingsProblems, variables_that_make_no_sense_are_refused) {
  EXPECT_THAT(environment_trouble("PORT", "http"),
              HasSubstr("environment PORT: server.listen: is no port"));
  EXPECT_THAT(environment_trouble("PORT", "65536"), HasSubstr("is no port"));
  EXPECT_THAT(environment_trouble("LOG_LEVEL", "loud"),
              HasSubstr("log.level: is no level; allowed: debug, info, warning or error"));
  EXPECT_THAT(environment_trouble("NACRE_ENV", "prodction"),
              HasSubstr("did you mean \"production\"?"));
  EXPECT_THAT(environment_trouble("NACRE_SERVER_THREAD", "1"),
              HasSubstr("did you mean \"NACRE_SERVER_THREADS\"?"));
  EXPECT_THAT(environment_trouble("NACRE_SERVER_THREADS", ""), HasSubstr("is not an integer"));
  EXPECT_THAT(environment_trouble("NACRE_SERVER_ACCESS_LOG", "yes"),
              HasSubstr("is neither true nor false"));
  EXPECT_THAT(environment_trouble("NACRE_CACHE_NAMESPACE", "\xFF"),
              HasSubstr("is not valid UTF-8"));
  EXPECT_THAT(environment_trouble("NACRE_\xFF", "1"), HasSubstr("environment (unprintable)"));
  EXPECT_THAT(environment_trouble("NACRE_CACHES_A_TTL", "1"), HasSubstr("unknown variable"));
}

TEST(SettingsProblems, flags_that_make_no_sense_are_refused) {
  EXPECT_THAT(flag_trouble("cache.ttl"), HasSubstr("flag cache.ttl: has no value"));
  EXPECT_THAT(flag_trouble("cache.tll=1"), HasSubstr("did you mean \"cache.ttl\"?"));
  EXPECT_THAT(flag_trouble("ttl=1"), HasSubstr("unknown setting"));
  EXPECT_THAT(flag_trouble("=1"), HasSubstr("unknown setting"));
  EXPECT_THAT(flag_trouble("caches.A.ttl=1"), HasSubstr("unknown setting"));
  EXPECT_THAT(flag_trouble("origin.url=x"), HasSubstr("can be given in the file only"));
}

TEST(SettingsProblems, a_setting_that_fails_keeps_the_others) {
  EXPECT_EQ(file_trouble("[cache]\nttl = \"x\"\nnegative_ttl = 1\n"),
            "nacre.toml:2:7: cache.ttl: does not begin with a digit; allowed: 1ms to 3653d");
}

RC_GTEST_PROP(SettingsProblems, any_bytes_are_settings_or_a_settings_error, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("[]{}.=\"'#\\\n\r\t ,:a1-_\x80\xFFttlcacheorigin")));
  const auto variable = *rc::gen::arbitrary<std::string>();
  try {
    load_settings({.file_text = text,
                   .environment = {{"NACRE_" + variable, variable}, {"PORT", variable}},
                   .flags = {variable, "cache.ttl=" + variable}});
  } catch (const SettingsError& error) {
    RC_ASSERT(!error.problems().empty());
  }
}

}  // namespace
}  // namespace nacre::assembly
