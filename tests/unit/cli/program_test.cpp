// What only the real program can show: the environment, becoming nacred, completion in a shell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/child_process.hpp"
#include "unit/cli/fake_nacred.hpp"

namespace nacre::cli::test {
namespace {

using nacre::test::Finished;
using nacre::test::run_program;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

/// A folder with a copy of nacre, and a nacred that the test writes.
class Program : public testing::Test {
 protected:
  Program()
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("nacre-cli-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    std::filesystem::copy_file(NACRE_PROGRAM, program(),
                               std::filesystem::copy_options::overwrite_existing);
  }
  ~Program() override { std::filesystem::remove_all(folder_); }

  std::string program() const { return folder_ / "nacre"; }

  void write_nacred(const std::string& script) {
    const auto path = folder_ / "nacred";
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }

  /// What bash offers for the last of `words` after loading the completion of nacre.
  std::vector<std::string> complete(const std::string& words) {
    const std::string script = "source <(" + program() + " completion bash); COMP_WORDS=(" + words +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _nacre; "
                               "printf '%s\\n' \"${COMPREPLY[@]}\"";
    const Finished finished = run_program({"/bin/bash", "-c", script});
    EXPECT_EQ(finished.err, "");
    std::istringstream lines(finished.out);
    std::vector<std::string> offered;
    for (std::string line; std::getline(lines, line);) offered.push_back(line);
    return offered;
  }

  std::filesystem::path folder_;
};

TEST_F(Program, takes_the_url_from_the_environment_unless_a_flag_says_otherwise) {
  FakeNacred server([](const SeenRequest&) { return GivenReply{.body = "{}"}; });
  const std::vector<std::string> environment{"NACRE_URL=" + server.url()};
  EXPECT_EQ(run_program({program(), "stats"}, "", environment).exit_code, 0);
  EXPECT_EQ(
      run_program({program(), "stats", "--url", "http://127.0.0.1:1"}, "", environment).exit_code,
      69);
}

TEST_F(Program, config_check_is_what_nacred_says) {
  write_nacred("echo \"args: $*\"; echo 'cache.ttll is unknown' >&2; exit 78");
  const Finished finished = run_program({program(), "config", "check", "my file.toml"});
  EXPECT_EQ(finished.exit_code, 78);
  EXPECT_EQ(finished.out, "args: --check-config --config my file.toml\n");
  EXPECT_EQ(finished.err, "cache.ttll is unknown\n");
  write_nacred("echo \"args: $*\"");
  const Finished without_file = run_program({program(), "config", "check"});
  EXPECT_EQ(without_file.exit_code, 0);
  EXPECT_EQ(without_file.out, "args: --check-config\n");
}

TEST_F(Program, config_check_as_json) {
  write_nacred("echo 'line \"1\"'; echo 'line 2' >&2; exit 78");
  const Finished bad = run_program({program(), "config", "check", "--json"});
  EXPECT_EQ(bad.exit_code, 78);
  EXPECT_EQ(bad.out, "{\"valid\":false,\"messages\":[\"line \\\"1\\\"\",\"line 2\"]}\n");
  EXPECT_EQ(bad.err, "");
  write_nacred("exit 0");
  EXPECT_EQ(run_program({program(), "config", "check", "--json"}).out,
            "{\"valid\":true,\"messages\":[]}\n");
}

TEST_F(Program, config_check_looks_for_nacred_in_path) {
  const auto elsewhere = folder_ / "elsewhere";
  std::filesystem::create_directories(elsewhere);
  write_nacred("echo from path");
  std::filesystem::rename(folder_ / "nacred", elsewhere / "nacred");
  EXPECT_EQ(run_program({program(), "config", "check"}, "", {"PATH=" + elsewhere.string()}).out,
            "from path\n");
  for (const char* format : {"--json", "--url=http://127.0.0.1:1"}) {
    const Finished none =
        run_program({program(), "config", "check", format}, "", {"PATH=/nowhere"});
    EXPECT_EQ(none.exit_code, 69);
    EXPECT_THAT(none.out + none.err, HasSubstr("cli.nacred_not_found"));
  }
}

TEST_F(Program, completes_commands) {
  EXPECT_THAT(complete("nacre ''"), IsSupersetOf({"get", "set", "config", "--url"}));
  EXPECT_THAT(complete("nacre in"), ElementsAre("invalidate", "inspect"));
  EXPECT_THAT(complete("nacre config ''"), Contains("check"));
  EXPECT_THAT(complete("nacre completion ''"), IsSupersetOf({"bash", "zsh", "fish"}));
}

TEST_F(Program, completes_options_and_their_values) {
  EXPECT_THAT(complete("nacre set k --t"),
              ElementsAre("--ttl", "--tags", "--token-file", "--timeout"));
  EXPECT_THAT(complete("nacre --json invalidate --match ''"), ElementsAre("any", "all"));
  EXPECT_THAT(complete("nacre invalidate --pre"), ElementsAre("--prefix"));
  EXPECT_THAT(complete("nacre get k --raw --"), Not(Contains("--ttl")));
}

TEST_F(Program, completes_file_names_where_files_belong) {
  const std::string begin = (folder_ / "nac").string();
  for (const char* words : {"nacre set k --file ", "nacre config check ", "nacre --token-file "}) {
    EXPECT_THAT(complete(words + begin), ElementsAre(program())) << words;
  }
  EXPECT_THAT(complete("nacre get " + begin), ElementsAre(""));
}

TEST_F(Program, writes_completion_for_each_shell) {
  EXPECT_TRUE(run_program({program(), "completion", "zsh"}).out.starts_with("#compdef nacre\n"));
  const Finished fish = run_program({program(), "completion", "fish"});
  EXPECT_EQ(fish.exit_code, 0);
  EXPECT_THAT(fish.out, HasSubstr("\"nacre warm\"' -l file -r -F -d 'Keys, one a line"));
}

}  // namespace
}  // namespace nacre::cli::test
