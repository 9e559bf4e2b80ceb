#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/json_text.hpp"
#include "cli/commands/commands.hpp"

namespace nacre::cli {
namespace {

constexpr const char* program = "nacred";

/// What a shell returns for a program that it cannot start.
constexpr int exit_not_started = 127;

/// The nacred beside this program, or its bare name, to be looked for in PATH.
std::string find_nacred() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto beside = self.parent_path() / program;
  return !error && std::filesystem::exists(beside, error) ? beside.string() : program;
}

std::vector<std::string> arguments_for(const ConfigCheckRequest& request) {
  std::vector<std::string> arguments{find_nacred(), "--check-config"};
  if (!request.file.empty()) arguments.insert(arguments.end(), {"--config", request.file});
  return arguments;
}

/// Returns only when it fails.
void become(std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
}

Failure not_started(int error_number) {
  return {ExitCode::unavailable, "cli.nacred_not_found",
          std::string("cannot start nacred, neither beside this program nor from PATH: ") +
              std::strerror(error_number)};
}

std::string read_to_end(int descriptor) {
  std::string text;
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t count = read(descriptor, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

struct Checked {
  int exit_code = 0;
  std::string text{};  ///< what it printed, on either stream
};

Checked run_nacred(std::vector<std::string> arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw not_started(errno);
  const pid_t child = fork();
  if (child < 0) throw not_started(errno);
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    become(arguments);
    _exit(exit_not_started);
  }
  close(ends[1]);
  Checked checked{.text = read_to_end(ends[0])};
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  checked.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : exit_not_started;
  if (checked.exit_code == exit_not_started) throw not_started(ENOENT);
  return checked;
}

std::string to_json(const Checked& checked) {
  JsonText json;
  json.begin_object().member("valid", checked.exit_code == 0);
  json.key("messages").begin_array();
  std::string_view text = checked.text;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty()) json.value(line);
  }
  json.end_array().end_object();
  return std::move(json).take();
}

}  // namespace

ExitCode run_config_check(const Context& context, const ConfigCheckRequest& request) {
  std::vector<std::string> arguments = arguments_for(request);
  if (context.output.is_json()) {
    const Checked checked = run_nacred(std::move(arguments));
    context.output.print_json(to_json(checked));
    return static_cast<ExitCode>(checked.exit_code);
  }
  become(arguments);
  throw not_started(errno);
}

}  // namespace nacre::cli
