// Arguments, exit codes and errors, whatever the command.
#include <fstream>
#include <iterator>

#include "cli/failure.hpp"
#include "unit/cli/command_fixture.hpp"

namespace nacre::cli::test {
namespace {

using testing::HasSubstr;

using CommandLine = CommandTest;

TEST_F(CommandLine, wrong_arguments_end_with_64) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"nonsense"},
                                             {"get"},
                                             {"get", "a", "b"},
                                             {"get", "a", "--bogus"},
                                             {"set", "k", "v", "--ttl", "soon"},
                                             {"keys", "--limit", "0"},
                                             {"keys", "--limit", "5", "--all"},

                                             {"stats", "--timeout", "0"},
                                             {"stats", "--timeout", "-1s"},
                                             {"stats", "--url", "localhost:3000"},
                                             {"stats", "--url", "https://localhost"},
                                             {"completion", "tcsh"},
                                             {"config"}}) {
    const Ran ran = run_nacre(arguments);
    EXPECT_EQ(ran.exit_code, 64) << testing::PrintToString(arguments);
    EXPECT_TRUE(ran.err.starts_with("nacre: cli.usage: ")) << ran.err;
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(CommandLine, a_wrong_argument_is_named) {
  EXPECT_THAT(run_nacre({"get", "a", "--bogus"}).err, HasSubstr("--bogus"));
  EXPECT_THAT(run_nacre({"set", "k", "v", "--ttl", "soon"}).err, HasSubstr("--ttl"));
}

TEST_F(CommandLine, an_unknown_name_is_answered_with_the_nearest_known_one) {
  EXPECT_THAT(run_nacre({"gte", "a"}).err,
              HasSubstr("gte: unknown command; did you mean \"get\"?"));
  EXPECT_THAT(run_nacre({"config", "chek"}).err, HasSubstr("did you mean \"check\"?"));
  EXPECT_THAT(run_nacre({"get", "a", "--jsn"}).err,
              HasSubstr("--jsn: unknown option; did you mean \"--json\"?"));
  EXPECT_THAT(run_nacre({"set", "a", "1", "--tll", "5"}).err, HasSubstr("did you mean \"--ttl\"?"));
  EXPECT_THAT(run_nacre({"xyzzy"}).err, HasSubstr("xyzzy: unknown command\n"));
}

TEST_F(CommandLine, wrong_arguments_are_json_too) {
  const Ran ran = run_nacre({"get", "--json"});
  EXPECT_EQ(ran.exit_code, 64);
  EXPECT_TRUE(ran.out.starts_with(R"({"error":{"code":"cli.usage","message":")")) << ran.out;
  EXPECT_EQ(ran.err, "");
}

TEST_F(CommandLine, help_names_all_commands_and_exit_codes) {
  const Ran ran = run_nacre({"--help"});
  EXPECT_EQ(ran.exit_code, 0);
  for (const char* command : {"get", "set", "del", "mget", "invalidate", "expire", "keys",
                              "inspect", "stats", "warm", "health", "config", "completion"}) {
    EXPECT_THAT(ran.out, HasSubstr("\n  " + std::string(command) + " "));
  }
  for (const ExitCodeRow& row : exit_codes) {
    EXPECT_THAT(ran.out, HasSubstr(std::to_string(static_cast<int>(row.code)) + "  " +
                                   std::string(row.meaning)));
  }
  EXPECT_EQ(run_nacre({"warm", "--help"}).exit_code, 0);
}

TEST_F(CommandLine, documentation_lists_the_exit_codes) {
  std::ifstream file(NACRE_CLI_PAGE);
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const ExitCodeRow& row : exit_codes) {
    EXPECT_THAT(page, HasSubstr("\n| " + std::to_string(static_cast<int>(row.code)) + " | " +
                                std::string(row.meaning) + " |\n"));
  }
}

TEST_F(CommandLine, version_is_that_of_the_headers) {
  EXPECT_TRUE(run_nacre({"--version"}).out.starts_with("nacre "));
}

TEST_F(CommandLine, global_options_may_stand_before_or_after_the_command) {
  serve(200, R"({"hits":1})");
  EXPECT_EQ(run({"--json", "stats"}).out, run({"stats", "--json"}).out);
  EXPECT_EQ(run_nacre({"stats", "--url", server_->url()}).exit_code, 0);
}

TEST_F(CommandLine, a_key_may_begin_with_a_dash) {
  serve(200, "{}");
  EXPECT_EQ(run({"get", "--", "-k"}).exit_code, 0);
  EXPECT_EQ(seen().target, "/api/cache/entries/-k");
}

TEST_F(CommandLine, each_answer_has_its_exit_code) {
  const std::vector<std::tuple<int, std::string, int>> cases{
      {404, "cache.key_not_found", 1}, {404, "cache.no_handler", 2},
      {400, "cache.invalid_key", 2},   {401, "cache.unauthorized", 77},
      {403, "cache.forbidden", 77},    {413, "cache.value_too_large", 2},
      {502, "cache.load_failed", 2},   {504, "cache.load_timeout", 2},
      {503, "cache.saturated", 2},     {500, "cache.internal", 2}};
  for (const auto& [status, code, exit_code] : cases) {
    serve(status, error_body(code, "the reason"));
    const Ran plain = run({"inspect", "k"});
    EXPECT_EQ(plain.exit_code, exit_code) << code;
    EXPECT_EQ(plain.err, "nacre: " + code + ": the reason\n");
    const Ran json = run({"inspect", "k", "--json"});
    EXPECT_EQ(json.exit_code, exit_code) << code;
    EXPECT_EQ(json.out, error_body(code, "the reason") + "\n");
    EXPECT_EQ(json.err, "");
  }
}

TEST_F(CommandLine, an_answer_that_is_not_from_nacred_is_said_to_be_so) {
  serve(502, "<html>Bad Gateway</html>");
  const Ran ran = run({"stats"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("cli.bad_answer: HTTP status 502"));
  serve(200, "<html>Welcome</html>");
  EXPECT_THAT(run({"stats"}).err, HasSubstr("cli.bad_answer: the answer is not JSON"));
  serve(401, "");
  EXPECT_EQ(run({"stats"}).exit_code, 77);
}

TEST_F(CommandLine, an_answer_that_is_no_http_ends_with_2) {
  serve([](const SeenRequest&) { return GivenReply{.body = "SSH-2.0\r\n", .is_no_http = true}; });
  EXPECT_EQ(run({"stats"}).exit_code, 2);
  serve([](const SeenRequest&) { return GivenReply{.is_no_http = true}; });
  EXPECT_EQ(run({"stats"}).exit_code, 2) << "closed without a word";
}

TEST_F(CommandLine, nobody_there_ends_with_69) {
  serve(200, "{}");
  const std::string url = server_->url();
  server_.reset();
  const Ran ran = run_nacre({"--url", url, "get", "k"});
  EXPECT_EQ(ran.exit_code, 69);
  EXPECT_TRUE(ran.err.starts_with("nacre: cli.cannot_connect: 127.0.0.1:")) << ran.err;
}

TEST_F(CommandLine, a_silent_server_ends_with_75) {
  serve([](const SeenRequest&) { return GivenReply{.is_silent = true}; });
  const Ran ran = run({"get", "k", "--timeout", "50ms"});
  EXPECT_EQ(ran.exit_code, 75);
  EXPECT_THAT(ran.err, HasSubstr("cli.timeout: no answer from 127.0.0.1:"));
  EXPECT_THAT(ran.err, HasSubstr("within 50ms"));
}

TEST_F(CommandLine, the_url_may_have_a_path) {
  serve(200, "{}");
  run_nacre({"stats", "--url", server_->url() + "/cache/"});
  EXPECT_EQ(seen().target, "/cache/api/cache/stats");
}

TEST_F(CommandLine, output_that_cannot_be_written_ends_with_70) {
  serve(200, R"({"hits":1})");
  const std::string url = server_->url();
  const std::vector<const char*> arguments{"nacre", "stats", "--url", url.c_str()};
  std::istringstream in;
  std::ostringstream err;
  std::ostream broken(nullptr);
  EXPECT_EQ(run_command_line(4, arguments.data(), {in, broken, err}), 70);
  EXPECT_THAT(err.str(), HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace nacre::cli::test
