// Real servers of some topology that the tests of one program share: what a suite of behaviour runs
// over, once for each kind.
//
//   class BehaviourTest : public testing::TestWithParam<RedisKind> {
//     RedisGround& ground_ = RedisGround::of(GetParam());   // empty of keys
//   };
//   INSTANTIATE_TEST_SUITE_P(Redis, BehaviourTest, testing::ValuesIn(all_redis_kinds),
//   name_of_kind);
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/redis_terms.hpp"

namespace nacre::test {

enum class RedisTopology : std::uint8_t { standalone, sentinel, cluster };

struct RedisKind {
  RedisTopology topology = RedisTopology::standalone;
  TopologyTerms terms{};
};

/// Each topology, plain, with TLS and users, and behind NAT.
inline constexpr RedisKind all_redis_kinds[] = {
    {RedisTopology::standalone, {}},
    {RedisTopology::standalone, {.has_tls = true, .has_users = true}},
    {RedisTopology::sentinel, {}},
    {RedisTopology::sentinel, {.has_tls = true, .has_users = true}},
    {RedisTopology::sentinel, {.is_behind_nat = true}},
    {RedisTopology::cluster, {}},
    {RedisTopology::cluster, {.has_tls = true, .has_users = true}},
    {RedisTopology::cluster, {.is_behind_nat = true}},
};

std::string name_of_kind(const testing::TestParamInfo<RedisKind>& info);

/// One caller at a time.
class RedisGround {
 public:
  virtual ~RedisGround() = default;

  /// The one of that kind, without keys. Started by the first who asks, ended with the program.
  static RedisGround& of(const RedisKind& kind);

  virtual RedisTopology topology() const = 0;
  /// Where a client of ours begins: the server, the Sentinels, or the nodes. Name and password are
  /// those for the servers.
  virtual std::vector<RedisAddress> addresses() const = 0;
  virtual NatMap nat_map() const { return {}; }
  /// The primaries as they are now.
  virtual std::vector<RedisServer*> primaries() = 0;
  /// The primary that has the key.
  virtual RedisServer& owner_of(const std::string& key) = 0;

  /// Asks the owner of the command's first argument, as operator. An error reply throws.
  RedisReply ask(const std::vector<std::string>& command) {
    return owner_of(command.at(1)).ask(command);
  }
  /// Keys in all primaries.
  long long key_count();
  void flush();
};

}  // namespace nacre::test
