// What is said on a new connection before the first command: who we are, which protocol we speak,
// and that we want to be told of changes. Decides only; no sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "redis/settings.hpp"
#include "redis/status.hpp"
#include "resp/reply.hpp"
#include "resp/writer.hpp"

namespace nacre::redis {

/// What a link wants beside ConnectSettings.
struct HandshakeTerms {
  bool is_tracking = false;
  bool is_read_only = false;           ///< READONLY, for replicas of a Cluster
  Role required_role = Role::unknown;  ///< ROLE must answer it
};

/// What the server said of itself.
struct Hello {
  resp::Protocol protocol = resp::Protocol::resp2;
  std::string version{};
  Role role = Role::unknown;
  bool is_tracking = false;
};

/// One connection's handshake. HELLO 3 and all else goes out in one write; a server that does not
/// know HELLO, or not version 3, is spoken to in RESP2, in a second write.
class Handshake {
 public:
  enum class Step : std::uint8_t {
    go_on,    ///< more replies must come
    send,     ///< output() is to be written now
    ready,    ///< hello() holds
    refused,  ///< credentials or rights: trying again soon is no use; trouble() says why
    failed,   ///< trouble() says why
  };

  Handshake(const ConnectSettings& settings, const HandshakeTerms& terms);

  /// What is to be written: at the beginning, and after each Step::send.
  const std::string& output() const noexcept { return output_; }

  /// The next reply.
  Step receive(resp::Reply reply);

  const Hello& hello() const noexcept { return hello_; }

  /// For people. Never holds the password.
  const std::string& trouble() const noexcept { return trouble_; }

 private:
  enum class Command : std::uint8_t {
    hello,
    auth,
    set_name,
    library,
    select,
    read_only,
    tracking,
    role
  };

  void say(Command command, std::initializer_list<std::string_view> arguments);
  void begin_resp3();
  void begin_resp2();
  void say_common();
  Step on_hello(resp::Reply reply);
  Step on_role(resp::Reply reply);
  Step give_up(std::string_view command, resp::Reply reply);

  const ConnectSettings& settings_;
  HandshakeTerms terms_;
  std::string output_{};
  std::vector<Command> expected_{};
  std::size_t received_count_ = 0;
  bool is_falling_back_ = false;
  Hello hello_{};
  std::string trouble_{};
};

}  // namespace nacre::redis
