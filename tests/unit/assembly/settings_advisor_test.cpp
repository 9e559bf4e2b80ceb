#include "assembly/settings_advisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/assembly/settings_fixture.hpp"

namespace nacre::assembly {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> subjects(const Settings& settings, HostLimits host = {}) {
  std::vector<std::string> all;
  for (const Advice& advice : advise(settings, host)) all.push_back(advice.subject);
  return all;
}

TEST(SettingsAdvisor, the_defaults_need_no_advice) {
  EXPECT_THAT(subjects(Settings{}, {.memory_bytes = std::uint64_t{8} << 30, .open_files = 65'536}),
              IsEmpty());
}

TEST(SettingsAdvisor, names_the_section_that_begins_it_and_no_other) {
  EXPECT_THAT(subjects(from_file("[cache]\nsliding_ttl = 5\n[caches.a]\n[[cache.rule]]\n"
                                 "prefix = \"a\"\n")),
              ElementsAre("cache.sliding_ttl"));
  EXPECT_THAT(subjects(from_file("[caches.a]\nsliding_ttl = 5\n")),
              ElementsAre("caches.a.sliding_ttl"));
  EXPECT_THAT(subjects(from_file("[[cache.rule]]\nprefix = \"a\"\nnegative_ttl = \"1h\"\n")),
              ElementsAre("cache.rule[0].negative_ttl"));
}

TEST(SettingsAdvisor, calls_timeouts_of_origins_by_their_names_there) {
  EXPECT_THAT(subjects(from_file("[[origin]]\nmatch = \"a\"\nurl = \"http://h/\"\n"
                                 "timeout = 1\nsoft_timeout = 2\n")),
              ElementsAre("origin[0].soft_timeout"));
}

TEST(SettingsAdvisor, compares_memory_with_the_machine) {
  const HostLimits small{.memory_bytes = std::uint64_t{200} << 20};
  EXPECT_THAT(subjects(Settings{}, small), ElementsAre("memory.max_bytes"));
  EXPECT_THAT(subjects(from_file("[memory]\nmax_bytes=\"150MiB\"\n[caches.a.memory]\n"
                                 "max_bytes=\"150MiB\"\n"),
                       small),
              ElementsAre("memory.max_bytes"));
}

TEST(SettingsAdvisor, compares_limits_with_each_other) {
  EXPECT_THAT(subjects(from_flags({"memory.max_value_bytes=64MiB"})),
              ElementsAre("memory.max_value_bytes", "server.max_body_bytes"));
  EXPECT_THAT(subjects(from_file("[[origin]]\nmatch = \"a\"\nurl = \"http://h/\"\n"
                                 "max_body_bytes = \"32MiB\"\nmax_idle = 65\n")),
              ElementsAre("origin[0].max_body_bytes", "origin[0].max_idle"));
  EXPECT_THAT(subjects(Settings{}, {.open_files = 1024}), ElementsAre("server.max_connections"));
  EXPECT_THAT(subjects(from_flags({"server.production=1", "server.allow_flush_in_production=1"})),
              ElementsAre("server.allow_flush_in_production"));
}

}  // namespace
}  // namespace nacre::assembly
