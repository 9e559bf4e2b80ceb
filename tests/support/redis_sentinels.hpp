// A primary, two replicas and three Sentinels that watch them, ready in a second.
//
//   RedisSentinels servers({.has_tls = true, .has_users = true});
//   ... connect ours to servers.sentinel_addresses(), primary RedisSentinels::primary_name ...
//   servers.primary()->kill_now();
//   servers.await_new_primary();
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "support/redis_terms.hpp"

namespace nacre::test {

/// One caller at a time.
class RedisSentinels {
 public:
  static constexpr const char* primary_name = "mymaster";

  /// Returns when every Sentinel knows all servers and the other Sentinels, and both replicas are
  /// in sync. Throws std::runtime_error when that does not happen in 15 s.
  explicit RedisSentinels(const TopologyTerms& terms = {});

  /// The three servers, whatever they are now. The first was the primary at the start.
  std::vector<TopologyServer>& servers() noexcept { return servers_; }
  std::vector<TopologyServer>& sentinels() noexcept { return sentinels_; }

  /// The server that the Sentinels, or most of them, call the primary now.
  TopologyServer& primary();
  /// A running server that is not the primary.
  TopologyServer& replica();

  /// Where an application asks a Sentinel: sentinel_user() when there are users.
  std::vector<RedisAddress> sentinel_addresses() const;

  NatMap nat_map() const;

  /// SENTINEL FAILOVER, and waits until another server takes writes and is announced. Returns it.
  TopologyServer& fail_over();
  /// Waits until a server other than the one that primary() last gave takes writes and is
  /// announced by two Sentinels.
  TopologyServer& await_new_primary(std::chrono::milliseconds timeout = std::chrono::seconds(30));
  /// Waits until the primary has two replicas in sync, as the Sentinels know.
  void await_in_sync();

 private:
  void start_servers();
  void start_sentinels();
  void await_watched();
  std::string announced_by(TopologyServer& sentinel);
  TopologyServer* find_announced();

  TopologyTerms terms_;
  std::vector<TopologyServer> servers_{};
  std::vector<TopologyServer> sentinels_{};
  std::string last_primary_{};
};

}  // namespace nacre::test
