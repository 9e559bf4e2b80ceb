// A program of ours as a child process: started with pipes, talked to, ended.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace nacre::test {

/// What a program that has ended left behind.
struct Finished {
  int exit_code = -1;  ///< 128 + signal when a signal ended it
  std::string out{};
  std::string err{};
};

/// The destructor kills a child that still runs.
class ChildProcess {
 public:
  /// Starts argv[0] with the environment of this process and `environment` ("NAME=value") added.
  /// Its standard input is `input`, or empty. Throws std::runtime_error when it cannot start.
  explicit ChildProcess(const std::vector<std::string>& argv, const std::string& input = {},
                        const std::vector<std::string>& environment = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// The next line of standard output, or nullopt when it ended or `timeout` has passed.
  std::optional<std::string> read_line(
      std::chrono::milliseconds timeout = std::chrono::seconds(20));

  void send_signal(int signal);

  /// Waits for its end. After `timeout` it is killed and the exit code is 137.
  Finished wait(std::chrono::milliseconds timeout = std::chrono::seconds(20));

 private:
  /// Reads what has come, for as long as `deadline` allows; false when both pipes have ended.
  bool read_some(std::chrono::steady_clock::time_point deadline);

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  Finished finished_{};
  std::size_t read_position_ = 0;
};

/// Starts a program and waits for its end.
Finished run_program(const std::vector<std::string>& argv, const std::string& input = {},
                     const std::vector<std::string>& environment = {});

}  // namespace nacre::test
