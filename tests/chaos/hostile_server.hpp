// A server that says it is a Redis and answers what the test tells it to.
//
//   HostileServer server([](const HostileCommand& command) {
//     return command.words[0] == "GET" ? HostileAnswer{.bytes = "$-9999\r\n"} : polite(command);
//   });
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace nacre::chaos {

struct HostileCommand {
  std::vector<std::string> words{};    ///< the first in upper case
  std::uint64_t command_index = 0;     ///< of this connection, from 0
  std::uint64_t connection_index = 0;  ///< from 0
};

struct HostileAnswer {
  std::string bytes{};          ///< sent as it is
  std::size_t write_bytes = 0;  ///< at most so many in one write; 0: all at once
  bool closes = false;          ///< after sending, in order
  bool resets = false;          ///< after sending
};

/// Called on the server's thread for each command.
using HostileHandler = std::function<HostileAnswer(const HostileCommand&)>;

/// What a well-behaved server without data says: to HELLO, CLIENT, PING, SELECT, AUTH, ROLE (a
/// primary) and GET; OK to all else.
HostileAnswer polite(const HostileCommand& command);

/// A bulk string, and an array of whole replies.
std::string bulk(const std::string& text);
std::string array(const std::vector<std::string>& replies);
/// CLUSTER SLOTS that names one node for all slots.
std::string slots_of_one(const std::string& host, std::uint16_t port);

/// Replies no client may choke on: each is wrong, endless, or too much. One for each name.
struct NamedBytes {
  std::string name{};
  std::string bytes{};
};
std::vector<NamedBytes> hostile_replies();

/// Serves until destroyed, one thread for all connections. Thread safe.
class HostileServer {
 public:
  explicit HostileServer(HostileHandler handler);
  ~HostileServer();
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  std::uint16_t port() const noexcept;
  std::uint64_t accepted_count() const noexcept;
  std::uint64_t command_count() const noexcept;

  /// Bytes to every open connection, asked for by nobody.
  void send_to_all(const std::string& bytes);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace nacre::chaos
