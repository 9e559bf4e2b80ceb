// Runs the command line in this process against a server that the test speaks for.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_line.hpp"
#include "unit/cli/fake_nacred.hpp"

namespace nacre::cli::test {

struct Ran {
  int exit_code = -1;
  std::string out{};
  std::string err{};
};

inline Ran run_nacre(std::vector<std::string> arguments, const std::string& input = "",
                     bool err_is_terminal = false) {
  arguments.insert(arguments.begin(), "nacre");
  std::vector<const char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const Streams streams{in, out, err, err_is_terminal};
  const int exit_code =
      run_command_line(static_cast<int>(pointers.size()), pointers.data(), streams);
  return {exit_code, out.str(), err.str()};
}

class CommandTest : public testing::Test {
 protected:
  void serve(FakeNacred::Answer answer) {
    server_ = std::make_unique<FakeNacred>(std::move(answer));
  }

  /// Every request gets this.
  void serve(int status, std::string body) {
    serve([status, body = std::move(body)](const SeenRequest&) {
      return GivenReply{.status = status, .body = body};
    });
  }

  Ran run(std::vector<std::string> arguments, const std::string& input = "",
          bool err_is_terminal = false) {
    arguments.insert(arguments.begin(), {"--url", server_->url()});
    return run_nacre(std::move(arguments), input, err_is_terminal);
  }

  /// The one request that came.
  const SeenRequest& seen() const {
    static const SeenRequest none;
    EXPECT_EQ(server_->seen().size(), 1U);
    return server_->seen().empty() ? none : server_->seen().front();
  }

  std::unique_ptr<FakeNacred> server_;
};

inline std::string error_body(const std::string& code, const std::string& message) {
  return R"({"error":{"code":")" + code + R"(","message":")" + message + R"(","details":null}})";
}

}  // namespace nacre::cli::test
