// A Redis server that a test writes: it answers a handshake as Redis 7 does, and everything else as
// the test says.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace nacre::test {

/// Listens on a free loopback port until destroyed, with one thread for all connections.
class ScriptedServer {
 public:
  /// What is sent back for a command, given as its words joined by blanks; empty: nothing. Called
  /// on the server's thread, for the handshake too unless `answers_handshake`.
  using Script = std::function<std::string(const std::string& command)>;

  explicit ScriptedServer(Script script, bool answers_handshake = true);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const noexcept;

  /// To every connection, as it is.
  void send(const std::string& bytes);

  /// Closes every connection; new ones are accepted.
  void drop_all();

  /// All commands since the start, the handshake's too, as the script is given them.
  std::vector<std::string> commands() const;

  /// The last of them; empty when there was none.
  std::string last_command() const;

  /// Connections since the start.
  std::size_t accepted_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nacre::test
