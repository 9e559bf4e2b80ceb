#include "support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>

extern char** environ;

namespace nacre::test {
namespace {

using std::chrono::steady_clock;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;  // the first of two equal names wins in getenv
  for (char** variable = environ; *variable != nullptr; ++variable) all.emplace_back(*variable);
  return all;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::strerror(errno));
  return ends;
}

/// A file without a name that holds `text`, so that the child reads at its own pace.
int file_with(const std::string& text) {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) throw std::runtime_error(std::strerror(errno));
  std::fwrite(text.data(), 1, text.size(), file);
  std::rewind(file);
  const int descriptor = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
  std::fclose(file);
  return descriptor;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv, const std::string& input,
                           const std::vector<std::string>& environment) {
  const int in = file_with(input);
  const auto out = make_pipe();
  const auto err = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables = environment_with(environment);
  const int failure = posix_spawn(&pid_, argv[0].c_str(), &actions, nullptr,
                                  pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(in);
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
  if (failure != 0) {
    close(out_);
    close(err_);
    throw std::runtime_error("cannot start " + argv[0] + ": " + std::strerror(failure));
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

std::optional<std::string> ChildProcess::read_line(std::chrono::milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    const std::size_t end = finished_.out.find('\n', read_position_);
    if (end != std::string::npos) {
      std::string line = finished_.out.substr(read_position_, end - read_position_);
      read_position_ = end + 1;
      return line;
    }
    if (!read_some(deadline)) return std::nullopt;
  }
}

void ChildProcess::send_signal(int signal) {
  kill(pid_, signal);
}

Finished ChildProcess::wait(std::chrono::milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  while (read_some(deadline)) {
  }
  if (out_ >= 0 || err_ >= 0) kill(pid_, SIGKILL);  // the pipes are open still: time is up
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  finished_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished_;
}

bool ChildProcess::read_some(steady_clock::time_point deadline) {
  if (out_ < 0 && err_ < 0) return false;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
  std::array<pollfd, 2> ready{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  if (poll(ready.data(), ready.size(), static_cast<int>(std::max<long>(left.count(), 0))) <= 0) {
    return false;
  }
  const auto take = [](int& descriptor, const pollfd& state, std::string& text) {
    if (state.revents == 0) return;
    std::array<char, 65536> chunk{};
    const ssize_t count = read(descriptor, chunk.data(), chunk.size());
    if (count > 0) {
      text.append(chunk.data(), static_cast<std::size_t>(count));
    } else {
      close(descriptor);
      descriptor = -1;
    }
  };
  take(out_, ready[0], finished_.out);
  take(err_, ready[1], finished_.err);
  return true;
}

Finished run_program(const std::vector<std::string>& argv, const std::string& input,
                     const std::vector<std::string>& environment) {
  return ChildProcess(argv, input, environment).wait();
}

}  // namespace nacre::test
