// A real nacred on a free port, with a configuration that the test writes.
#pragma once

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "support/child_process.hpp"
#include "support/http_connection.hpp"

namespace nacre::test {

/// Waits for a condition, not for a time: asks until it holds, at most 20 seconds.
inline bool comes_true(const std::function<bool()>& holds) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < give_up) {
    if (holds()) return true;
    std::this_thread::yield();
  }
  return false;
}

/// A folder that goes with its object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "nacre-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// At once: who reads the file meanwhile sees the old text or the new one, whole.
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = path_ / name;
    const std::filesystem::path fresh = path_ / (name + ".new");
    std::ofstream(fresh) << text;
    std::filesystem::rename(fresh, path);
    return path;
  }

 private:
  std::filesystem::path path_;
};

/// Starts nacred and waits until it says that it is ready. Killed by the destructor.
class RunningNacred {
 public:
  /// `config` stands below `[server]` with its `listen`.
  explicit RunningNacred(const std::string& config)
      : config_path_(folder_.write("nacre.toml", with_listen(config))),
        process_(std::make_unique<ChildProcess>(
            std::vector<std::string>{NACRED_PROGRAM, "--config", config_path_.string()})) {
    const std::string line = process_->read_line().value_or("");
    const std::string ready = "nacred ready http=127.0.0.1:";
    if (!line.starts_with(ready)) {
      throw std::runtime_error("nacred did not start: " + line + process_->wait().err);
    }
    port_ = line.substr(ready.size(), line.find(' ', ready.size()) - ready.size());
  }

  const std::string& port() const noexcept { return port_; }
  std::string url() const { return "http://127.0.0.1:" + port_; }
  ChildProcess& process() noexcept { return *process_; }
  HttpConnection connect() const { return {"127.0.0.1", port_}; }

  HttpReply ask(const HttpRequest& request) const { return exchange("127.0.0.1", port_, request); }
  HttpReply get(const std::string& target) const { return ask({.target = target}); }
  HttpReply post(const std::string& target, const std::string& json) const {
    return ask({.method = "POST",
                .target = target,
                .body = json,
                .headers = {{"Content-Type", "application/json"}}});
  }

  void rewrite_config(const std::string& config) const {
    folder_.write("nacre.toml", with_listen(config));
  }

 private:
  static std::string with_listen(const std::string& config) {
    return "[server]\nlisten = \"127.0.0.1:0\"\n" + config;
  }

  TemporaryFolder folder_;
  std::filesystem::path config_path_;
  std::unique_ptr<ChildProcess> process_;
  std::string port_;
};

}  // namespace nacre::test
