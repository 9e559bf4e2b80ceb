// A plain blocking Redis client for tests, independent of ours: what it says about a server is a
// second opinion.
//
//   RedisLink link(server.address());
//   EXPECT_EQ(link.ask({"GET", "k"}).text, "v");
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace nacre::test {

/// One reply, of RESP2 or RESP3.
struct RedisReply {
  char type = '_';                  ///< the byte that begins it on the wire
  std::string text{};               ///< of strings, errors, doubles, big numbers
  long long number = 0;             ///< of ':' and '#'
  std::vector<RedisReply> items{};  ///< of arrays, sets, pushes; maps flat: key, value, key, ...

  bool is_null() const noexcept { return type == '_'; }
  bool is_error() const noexcept { return type == '-' || type == '!'; }
  /// Of a map or a flat array of pairs: the value of `name`, or a null.
  RedisReply find(const std::string& name) const;
  /// For messages: everything, on one line.
  std::string print() const;
};

/// Where a server is and who asks.
struct RedisAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string user{};            ///< empty with a password: the default user
  std::string password{};        ///< empty: no AUTH
  std::string authority_file{};  ///< PEM; not empty: TLS, and the name must be server_name
  std::string server_name = "localhost";
  std::string source_host{};  ///< the address to connect from; empty: the kernel's choice

  /// As a client of ours takes it: "redis://user:password@127.0.0.1:6379".
  std::string url() const;
};

/// A connection. Every wait ends after `timeout` with std::runtime_error, also a broken connection
/// does. One caller at a time.
class RedisLink {
 public:
  explicit RedisLink(const RedisAddress& address,
                     std::chrono::milliseconds timeout = std::chrono::seconds(5));
  ~RedisLink();
  RedisLink(RedisLink&&) noexcept;
  RedisLink& operator=(RedisLink&&) noexcept;

  /// Sends a command and reads one reply. Pushes that come before it are put aside for read_push.
  RedisReply ask(const std::vector<std::string>& command);
  /// As ask, but an error reply throws std::runtime_error with the command and its text.
  RedisReply must(const std::vector<std::string>& command);

  /// How long each wait takes from here on.
  void set_timeout(std::chrono::milliseconds timeout);

  void send(const std::vector<std::string>& command);
  void send_bytes(const std::string& bytes);
  RedisReply read();
  /// The next push, one put aside first.
  RedisReply read_push();

 private:
  struct Socket;

  RedisReply read_frame();
  std::string read_line();
  std::string read_exactly(std::size_t count);
  void fill();

  std::unique_ptr<Socket> socket_;
  std::string buffer_{};
  std::size_t position_ = 0;
  std::vector<RedisReply> pushes_{};
};

/// The command as RESP array of bulk strings.
std::string encode_command(const std::vector<std::string>& command);

}  // namespace nacre::test
