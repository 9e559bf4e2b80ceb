// How the program ends, and why a command could not do its work.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace nacre::cli {

/// What the program returns, after sysexits.h; docs/cli.md and --help list them.
enum class ExitCode {
  ok = 0,
  negative = 1,  ///< the key is not there; nacred is not healthy
  server_error = 2,
  usage = 64,
  unavailable = 69,
  internal = 70,
  timeout = 75,
  no_permission = 77,
  bad_config = 78,
};

struct ExitCodeRow {
  ExitCode code{};
  std::string_view meaning{};
};

/// All of them, for --help.
inline constexpr ExitCodeRow exit_codes[] = {
    {ExitCode::ok, "done"},
    {ExitCode::negative, "the key is not there; nacred is not healthy"},
    {ExitCode::server_error, "nacred answered with an error, or something that is no answer"},
    {ExitCode::usage, "wrong arguments"},
    {ExitCode::unavailable, "cannot connect; nacred not found"},
    {ExitCode::internal, "a defect of this program, or its output cannot be written"},
    {ExitCode::timeout, "no answer within --timeout"},
    {ExitCode::no_permission, "the token is missing, wrong or not allowed to do this"},
    {ExitCode::bad_config, "config check: the configuration is wrong"},
};

/// Ends a command. what() is the message for people.
class Failure : public std::runtime_error {
 public:
  /// `code` names the kind of failure for programs, "cache.invalid_key" or "cli.timeout".
  /// `json` is the server's own error answer, or empty.
  Failure(ExitCode exit_code, std::string code, const std::string& message, std::string json = {})
      : std::runtime_error(message),
        exit_code_(exit_code),
        code_(std::move(code)),
        json_(std::move(json)) {}

  ExitCode exit_code() const noexcept { return exit_code_; }
  const std::string& code() const noexcept { return code_; }
  const std::string& json() const noexcept { return json_; }

 private:
  ExitCode exit_code_;
  std::string code_;
  std::string json_;
};

/// The arguments make no sense together.
inline Failure usage_failure(const std::string& message) {
  return {ExitCode::usage, "cli.usage", message};
}

}  // namespace nacre::cli
