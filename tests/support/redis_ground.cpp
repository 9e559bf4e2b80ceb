#include "support/redis_ground.hpp"

#include <map>
#include <tuple>

#include "redis/slot.hpp"
#include "support/redis_cluster.hpp"
#include "support/redis_sentinels.hpp"

namespace nacre::test {
namespace {

class StandaloneGround final : public RedisGround {
 public:
  explicit StandaloneGround(const TopologyTerms& terms)
      : server_({.has_tls = terms.has_tls, .has_users = terms.has_users}) {}

  RedisTopology topology() const override { return RedisTopology::standalone; }
  std::vector<RedisAddress> addresses() const override { return {server_.address()}; }
  std::vector<RedisServer*> primaries() override { return {&server_}; }
  RedisServer& owner_of(const std::string& /*key*/) override { return server_; }

 private:
  RedisServer server_;
};

class SentinelGround final : public RedisGround {
 public:
  explicit SentinelGround(const TopologyTerms& terms) : servers_(terms) {}

  RedisTopology topology() const override { return RedisTopology::sentinel; }
  std::vector<RedisAddress> addresses() const override { return servers_.sentinel_addresses(); }
  NatMap nat_map() const override { return servers_.nat_map(); }
  std::vector<RedisServer*> primaries() override { return {&*servers_.primary()}; }
  RedisServer& owner_of(const std::string& /*key*/) override { return *servers_.primary(); }

 private:
  RedisSentinels servers_;
};

class ClusterGround final : public RedisGround {
 public:
  explicit ClusterGround(const TopologyTerms& terms) : cluster_(terms) {}

  RedisTopology topology() const override { return RedisTopology::cluster; }
  std::vector<RedisAddress> addresses() const override { return cluster_.addresses(); }
  NatMap nat_map() const override { return cluster_.nat_map(); }
  std::vector<RedisServer*> primaries() override {
    std::vector<RedisServer*> primaries;
    for (std::size_t index = 0; index < RedisCluster::primary_count; ++index) {
      primaries.push_back(&*cluster_.node(index));
    }
    return primaries;
  }
  RedisServer& owner_of(const std::string& key) override {
    return *cluster_.owner_of(redis::slot_of(key));
  }

 private:
  RedisCluster cluster_;
};

std::unique_ptr<RedisGround> make_ground(const RedisKind& kind) {
  switch (kind.topology) {
    case RedisTopology::standalone:
      return std::make_unique<StandaloneGround>(kind.terms);
    case RedisTopology::sentinel:
      return std::make_unique<SentinelGround>(kind.terms);
    case RedisTopology::cluster:
      return std::make_unique<ClusterGround>(kind.terms);
  }
  return nullptr;
}

}  // namespace

std::string name_of_kind(const testing::TestParamInfo<RedisKind>& info) {
  constexpr const char* names[] = {"standalone", "sentinel", "cluster"};
  std::string name = names[static_cast<std::size_t>(info.param.topology)];
  if (info.param.terms.has_tls) name += "_tls_and_users";
  if (info.param.terms.is_behind_nat) name += "_behind_nat";
  return name;
}

RedisGround& RedisGround::of(const RedisKind& kind) {
  using Key = std::tuple<RedisTopology, bool, bool>;
  static std::map<Key, std::unique_ptr<RedisGround>> grounds;
  std::unique_ptr<RedisGround>& ground =
      grounds[{kind.topology, kind.terms.has_tls, kind.terms.is_behind_nat}];
  if (!ground) ground = make_ground(kind);
  ground->flush();
  return *ground;
}

long long RedisGround::key_count() {
  long long count = 0;
  for (RedisServer* const server : primaries()) count += server->ask({"DBSIZE"}).number;
  return count;
}

void RedisGround::flush() {
  for (RedisServer* const server : primaries()) server->ask({"FLUSHALL"});
}

}  // namespace nacre::test
