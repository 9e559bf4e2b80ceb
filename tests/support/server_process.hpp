// A server of others as a child process: started in a folder of its own, paused, killed by its pid.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace nacre::test {

/// Runs from start() to kill_now(). Whatever happens to this process, also SIGKILL, the child ends
/// with it. One caller at a time.
class ServerProcess {
 public:
  /// `argv[0]` is looked up in PATH. Output goes to `folder`/output. Nothing runs yet.
  ServerProcess(std::vector<std::string> argv, std::filesystem::path folder);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Does nothing when it runs. Throws std::runtime_error when the program cannot be started.
  void start();

  /// SIGKILL, and waits for the end. Also ends a paused child.
  void kill_now();
  /// SIGTERM, and waits for the end, at most `timeout`; then SIGKILL.
  void end(std::chrono::milliseconds timeout = std::chrono::seconds(5));

  void pause();       ///< SIGSTOP; returns when the child has stopped
  void go_on();       ///< SIGCONT
  bool is_running();  ///< paused counts as running
  pid_t pid() const noexcept { return pid_; }

  /// What it has written so far.
  std::string output() const;

 private:
  std::vector<std::string> argv_;
  std::filesystem::path folder_;
  pid_t pid_ = -1;
};

}  // namespace nacre::test
