// Topologies of real servers that other tests rely on, themselves tested.
#include <gtest/gtest.h>

#include <string>

#include "support/await.hpp"
#include "support/redis_cluster.hpp"
#include "support/redis_sentinels.hpp"

namespace nacre::test {
namespace {

std::string name_of(const ::testing::TestParamInfo<TopologyTerms>& info) {
  return std::string(info.param.has_tls ? "tls_and_users" : "plain") +
         (info.param.is_behind_nat ? "_behind_nat" : "");
}

const auto kinds =
    ::testing::Values(TopologyTerms{}, TopologyTerms{.has_tls = true, .has_users = true},
                      TopologyTerms{.is_behind_nat = true});

class RedisSentinelsOf : public ::testing::TestWithParam<TopologyTerms> {};
class RedisClusterOf : public ::testing::TestWithParam<TopologyTerms> {};

TEST_P(RedisSentinelsOf, name_a_primary_that_takes_writes_and_a_new_one_after_a_failover) {
  RedisSentinels servers(GetParam());
  TopologyServer& before = servers.primary();
  RedisLink(before.address()).must({"SET", "k", "v"});
  for (const RedisAddress& sentinel : servers.sentinel_addresses()) {
    const RedisReply named = RedisLink(sentinel).must(
        {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisSentinels::primary_name});
    EXPECT_EQ(named.items.at(0).text + ":" + named.items.at(1).text, before.inside_name());
  }
  before->kill_now();
  TopologyServer& after = servers.await_new_primary();
  EXPECT_NE(after.inside_name(), before.inside_name());
  EXPECT_EQ(RedisLink(after.address()).must({"GET", "k"}).text, "v");
}

TEST_P(RedisClusterOf, moves_slots_and_promotes_replicas) {
  RedisCluster cluster(GetParam());
  TopologyServer& owner = cluster.owner_of(12182);  // of "foo"
  RedisLink(owner.address()).must({"SET", "foo", "v"});
  TopologyServer& other = cluster.node(0);
  cluster.move_slot(12182, other);
  EXPECT_EQ(RedisLink(other.address()).must({"GET", "foo"}).text, "v");
  EXPECT_TRUE(RedisLink(owner.address()).ask({"GET", "foo"}).text.starts_with("MOVED 12182 "));

  TopologyServer& promoted = cluster.fail_over(other);
  EXPECT_EQ(cluster.owner_of(12182).inside_name(), promoted.inside_name());
  TopologyServer& lost = cluster.node(1);
  lost->kill_now();
  EXPECT_EQ(cluster.await_successor(lost).inside_name(), cluster.node(4).inside_name());
}

INSTANTIATE_TEST_SUITE_P(All, RedisSentinelsOf, kinds, name_of);
INSTANTIATE_TEST_SUITE_P(All, RedisClusterOf, kinds, name_of);

TEST(RedisClusterOf, taken_slot_drops_its_keys_without_a_word_to_who_tracks_them) {
  RedisCluster cluster;
  TopologyServer& owner = cluster.owner_of(12182);
  RedisLink link(owner.address());
  link.must({"SET", "foo", "v"});
  link.must({"HELLO", "3"});
  link.must({"CLIENT", "TRACKING", "ON"});
  link.must({"GET", "foo"});
  cluster.take_slot(12182, cluster.node(0));
  await("a node without the keys", [&] { return owner->ask({"DBSIZE"}).number == 0; });
  EXPECT_EQ(link.ask({"PING"}).text, "PONG") << "a push would have come first";
  link.send({"PING"});
  EXPECT_THROW(link.read_push(), std::runtime_error);
}

TEST(RedisClusterOf, slot_on_its_way_asks_and_tries_again) {
  RedisCluster cluster;
  TopologyServer& owner = cluster.owner_of(12182);
  TopologyServer& target = cluster.node(0);
  RedisLink link(owner.address());
  link.must({"SET", "{foo}1", "v"});
  link.must({"SET", "{foo}2", "v"});
  cluster.begin_move(12182, target);
  cluster.move_key("{foo}1", target);
  EXPECT_TRUE(link.ask({"GET", "{foo}1"}).text.starts_with("ASK 12182 "));
  EXPECT_TRUE(link.ask({"MGET", "{foo}1", "{foo}2"}).text.starts_with("TRYAGAIN"));
  cluster.end_move(12182, target);
  EXPECT_EQ(RedisLink(target.address()).must({"MGET", "{foo}1", "{foo}2"}).items.size(), 2U);
}

}  // namespace
}  // namespace nacre::test
