// The command line against a real nacred.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/running_nacred.hpp"

namespace nacre::test {
namespace {

using testing::HasSubstr;

class CommandLine : public testing::Test {
 protected:
  Finished nacre(std::vector<std::string> words, const std::string& input = {}) {
    words.insert(words.begin(), {NACRE_PROGRAM, "--url", nacred_.url()});
    return run_program(words, input);
  }

  RunningNacred nacred_{""};
};

TEST_F(CommandLine, stores_reads_looks_and_removes) {
  EXPECT_EQ(nacre({"set", "greeting", "hello", "--ttl", "60s", "--tags", "a,b"}).exit_code, 0);
  EXPECT_THAT(nacre({"get", "greeting"}).out, HasSubstr("hello"));
  EXPECT_EQ(nacre({"get", "greeting", "--raw"}).out, "hello");
  EXPECT_THAT(nacre({"inspect", "greeting"}).out, HasSubstr("fresh"));
  EXPECT_THAT(nacre({"keys"}).out, HasSubstr("greeting"));
  EXPECT_THAT(nacre({"mget", "greeting", "absent"}).out, HasSubstr("greeting"));
  EXPECT_EQ(nacre({"expire", "greeting"}).exit_code, 0);
  EXPECT_THAT(nacre({"inspect", "greeting"}).out, HasSubstr("stale"));
  EXPECT_EQ(nacre({"del", "greeting"}).exit_code, 0);
  EXPECT_EQ(nacre({"get", "greeting"}).exit_code, 1);
}

TEST_F(CommandLine, invalidates_by_tag) {
  nacre({"set", "k", "v", "--tags", "red"});
  EXPECT_EQ(nacre({"invalidate", "--tag", "red"}).exit_code, 0);
  EXPECT_EQ(nacre({"get", "k"}).exit_code, 1);
}

TEST_F(CommandLine, shows_figures_and_health) {
  EXPECT_THAT(nacre({"--json", "stats"}).out, HasSubstr("hits"));
  EXPECT_EQ(nacre({"health"}).exit_code, 0);
}

TEST_F(CommandLine, says_what_the_server_says) {
  const Finished refused = nacre({"get", "~reserved"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("cache.invalid_key"));
}

TEST_F(CommandLine, checks_a_configuration) {
  const TemporaryFolder folder;
  const std::string good = folder.write("good.toml", "[cache]\nttl = \"5m\"\n").string();
  const std::string bad = folder.write("bad.toml", "[cache]\ntll = \"5m\"\n").string();
  EXPECT_EQ(nacre({"config", "check", good}).exit_code, 0);
  EXPECT_EQ(nacre({"config", "check", bad}).exit_code, 78);
}

}  // namespace
}  // namespace nacre::test
