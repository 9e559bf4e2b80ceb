// A server that answers what the test says and remembers what it was asked.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nacre::cli::test {

struct SeenRequest {
  std::string method{};
  std::string target{};
  std::string body{};
  std::map<std::string, std::string> headers{};  ///< names in lower case

  std::string line() const { return method + " " + target; }
};

struct GivenReply {
  int status = 200;
  std::string body{};
  std::string content_type = "application/json";
  bool is_silent = false;   ///< no reply at all, and the connection stays open
  bool is_no_http = false;  ///< the body alone, as it is
};

/// Serves on a free port of 127.0.0.1 until it is destroyed; one request a connection.
class FakeNacred {
 public:
  /// Called on the server's thread, one request at a time.
  using Answer = std::function<GivenReply(const SeenRequest&)>;

  explicit FakeNacred(Answer answer);
  ~FakeNacred();

  std::string url() const;

  /// What came so far, in order. Call it while no request is under way.
  const std::vector<SeenRequest>& seen() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nacre::cli::test
