// A real Redis on a free loopback port, in a folder of its own, for one test or one test program.
//
//   RedisServer server;                                  // answers PING when it is built
//   RedisServer secret({.has_tls = true, .has_users = true});
//   ... connect ours to server.url(), look with server.ask({"CLIENT", "LIST"}) ...
//   server.pause();   // SIGSTOP: links stay open and silent
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/redis_link.hpp"
#include "support/server_process.hpp"

namespace nacre::test {

/// What kind of server. Every topology takes the first two.
struct RedisTerms {
  bool has_tls = false;                 ///< TLS only, on the same port; also between servers
  bool has_users = false;               ///< the default user is off, everybody has an own name
  std::string host = "127.0.0.1";       ///< where it listens, and what it calls itself
  std::vector<std::string> settings{};  ///< further lines of redis.conf
};

/// Name and password of somebody who may log in. Used when a server has users.
struct RedisUser {
  std::string name{};
  std::string password{};
};

/// All commands but those of @admin, and of these CONFIG, ROLE and CLUSTER.
const RedisUser& application_user();
/// Everything.
const RedisUser& operator_user();
/// What a replica needs of its primary.
const RedisUser& replication_user();
/// What a Sentinel needs of the servers it watches.
const RedisUser& watcher_user();
/// An application's name on a Sentinel, which has users of its own.
const RedisUser& sentinel_user();

/// PEM files of this test program: an authority, and what it issued to the servers for localhost
/// and the loopback addresses the tests use. `rogue_authority` is somebody else's: it must not be
/// believed.
struct RedisTlsFiles {
  std::string authority{};
  std::string certificate{};
  std::string private_key{};
  std::string rogue_authority{};
};
const RedisTlsFiles& redis_tls_files();

/// One redis-server process. Ended by the destructor. One caller at a time.
class RedisServer {
 public:
  /// Starts it and returns when it answers. Throws std::runtime_error with its output otherwise.
  explicit RedisServer(const RedisTerms& terms = {});

  /// The same with `mode`: a Sentinel is told from a server by it.
  enum class Mode : std::uint8_t { server, sentinel };
  RedisServer(const RedisTerms& terms, Mode mode);

  std::uint16_t port() const noexcept { return port_; }
  const std::string& host() const noexcept { return terms_.host; }
  /// Where the application connects, and with which name.
  RedisAddress address() const;
  /// The same as a URL.
  std::string url() const { return address().url(); }
  /// The same place for one who may do everything.
  RedisAddress operator_address() const;

  /// Asks as operator over a connection that is kept, and renewed after a failure. An error reply
  /// throws std::runtime_error.
  RedisReply ask(const std::vector<std::string>& command);
  /// A new connection as operator.
  RedisLink connect() const;
  /// CLIENT LIST, without the operator's own connections: one map of fields a client.
  std::vector<std::map<std::string, std::string>> clients();
  /// One field of INFO; empty when there is none.
  std::string info(const std::string& field);

  void kill_now();  ///< SIGKILL; its data are gone, its cluster state and configuration stay
  void pause();     ///< SIGSTOP
  void go_on();     ///< SIGCONT
  void restart();   ///< starts what was killed on the same port; returns when it answers
  bool is_running() { return process_.is_running(); }
  pid_t pid() const noexcept { return process_.pid(); }
  std::string output() const { return process_.output(); }

 private:
  std::string config(Mode mode) const;
  void await_ready();

  RedisTerms terms_;
  std::uint16_t port_;
  std::filesystem::path folder_;
  ServerProcess process_;
  std::optional<RedisLink> link_{};
};

}  // namespace nacre::test
