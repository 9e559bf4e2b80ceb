#include "support/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <mutex>
#include <queue>
#include <stdexcept>
#include <thread>
#include <utility>

namespace nacre::test {
namespace {

/// A child asked to die with its parent dies in fact with the *thread* that forked it. So one
/// thread that lives as long as the process forks all of them.
class ForkingThread {
 public:
  static pid_t run(const std::function<pid_t()>& fork) {
    // Never destroyed: its end would end the children before their owners do.
    static auto* const thread = new ForkingThread();
    std::packaged_task<pid_t()> task(fork);
    std::future<pid_t> pid = task.get_future();
    {
      const std::scoped_lock lock(thread->mutex_);
      thread->waiting_.push(std::move(task));
    }
    thread->has_work_.notify_one();
    return pid.get();
  }

 private:
  ForkingThread() {
    std::thread([this] { serve(); }).detach();
  }

  void serve() {
    for (;;) {
      std::unique_lock lock(mutex_);
      has_work_.wait(lock, [this] { return !waiting_.empty(); });
      std::packaged_task<pid_t()> task = std::move(waiting_.front());
      waiting_.pop();
      lock.unlock();
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable has_work_;
  std::queue<std::packaged_task<pid_t()>> waiting_;
};

/// Only calls that are safe between fork and exec in a process with threads.
[[noreturn]] void become(char* const* arguments, const char* folder, int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent || ::chdir(folder) != 0) ::_exit(126);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::close_range(3, ~0U, 0);  // a child that kept a test's socket open would hide its end
  ::execvp(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> argv, std::filesystem::path folder)
    : argv_(std::move(argv)), folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
}

ServerProcess::~ServerProcess() {
  kill_now();
}

void ServerProcess::start() {
  if (is_running()) return;
  std::vector<char*> arguments;
  for (std::string& text : argv_) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  const std::string log = folder_ / "output";
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string folder = folder_;
  const pid_t parent = ::getpid();
  pid_ = ForkingThread::run([&] {
    const pid_t child = ::fork();
    if (child == 0) become(arguments.data(), folder.c_str(), output, parent);
    return child;
  });
  ::close(output);
  if (pid_ < 0) throw std::runtime_error("cannot start " + argv_[0]);
}

void ServerProcess::kill_now() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void ServerProcess::end(std::chrono::milliseconds timeout) {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (is_running() && std::chrono::steady_clock::now() < deadline) {
    ::poll(nullptr, 0, 1);  // there is nothing to wait on but the child's state
  }
  kill_now();
}

void ServerProcess::pause() {
  ::kill(pid_, SIGSTOP);
  int status = 0;
  ::waitpid(pid_, &status, WUNTRACED);
  if (!WIFSTOPPED(status)) {
    pid_ = -1;
    throw std::runtime_error(argv_[0] + " ended instead of pausing");
  }
}

void ServerProcess::go_on() {
  ::kill(pid_, SIGCONT);
}

bool ServerProcess::is_running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

std::string ServerProcess::output() const {
  std::ifstream file(folder_ / "output");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace nacre::test
