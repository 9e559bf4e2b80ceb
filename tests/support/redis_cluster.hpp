// Three primaries and three replicas that share the slots, ready in three seconds.
//
//   RedisCluster cluster({.is_behind_nat = true});
//   ... connect ours to cluster.addresses() with cluster.nat_map() ...
//   cluster.move_slot(slot, cluster.node(1));
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/redis_terms.hpp"

namespace nacre::test {

/// One caller at a time.
class RedisCluster {
 public:
  static constexpr std::size_t primary_count = 3;
  static constexpr std::size_t node_count = 6;

  /// Returns when every node says that all is well and every replica is in sync. `settings` are
  /// further lines of each redis.conf. Throws std::runtime_error when that takes more than 15 s.
  explicit RedisCluster(const TopologyTerms& terms = {}, std::vector<std::string> settings = {});

  /// 0 to 2 were primaries at the start, 3 to 5 their replicas, in order.
  TopologyServer& node(std::size_t index) { return nodes_.at(index); }
  std::vector<TopologyServer>& nodes() noexcept { return nodes_; }
  std::vector<RedisAddress> addresses() const;
  NatMap nat_map() const;

  /// The node that owns the slot, as the running primaries agree.
  TopologyServer& owner_of(std::uint16_t slot);
  /// A running replica of `primary`.
  TopologyServer& replica_of(TopologyServer& primary);

  /// Moves a slot with its keys, as resharding does; returns when all primaries know.
  void move_slot(std::uint16_t slot, TopologyServer& to);
  /// The first half of that: the slot is migrating and no key has moved. ASK and TRYAGAIN follow.
  void begin_move(std::uint16_t slot, TopologyServer& to);
  /// Moves what keys are left, and ends what begin_move() began.
  void end_move(std::uint16_t slot, TopologyServer& to);
  /// Moves one key of a slot that is on its way.
  void move_key(const std::string& key, TopologyServer& to);
  /// Gives the slot to another node while its owner still has keys in it, which Redis 7.0 drops
  /// without telling who tracks them.
  void take_slot(std::uint16_t slot, TopologyServer& to);

  /// CLUSTER FAILOVER on a replica of `primary`, in order; returns the new primary when all know.
  TopologyServer& fail_over(TopologyServer& primary);
  /// Waits until its replica has taken the place of `primary`, which was killed or paused.
  TopologyServer& await_successor(TopologyServer& primary);
  /// Waits until every running node says that all is well, and replicas are in sync.
  void await_well();

 private:
  void start_nodes(const std::vector<std::string>& settings);
  void join();
  void await_known(std::uint16_t slot, TopologyServer& owner);
  std::string id_of(TopologyServer& node);

  TopologyTerms terms_;
  std::vector<TopologyServer> nodes_{};
  std::vector<std::string> ids_{};
  std::vector<std::uint16_t> bus_ports_{};
};

}  // namespace nacre::test
