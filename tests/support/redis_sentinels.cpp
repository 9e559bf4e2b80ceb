#include "support/redis_sentinels.hpp"

#include <map>
#include <stdexcept>
#include <utility>

#include "support/await.hpp"

namespace nacre::test {
namespace {

constexpr std::size_t server_count = 3;
constexpr std::size_t sentinel_count = 3;

std::string primary_setting(const std::string& text) {
  return std::string("sentinel ") + text;
}

}  // namespace

RedisSentinels::RedisSentinels(const TopologyTerms& terms) : terms_(terms) {
  start_servers();
  start_sentinels();
  last_primary_ = servers_[0].inside_name();
  await_watched();
  await_in_sync();
}

void RedisSentinels::start_servers() {
  for (std::size_t index = 0; index < server_count; ++index) {
    RedisTerms own{.settings = {"repl-timeout 5", "repl-ping-replica-period 1"}};
    if (index > 0) {
      own.settings.push_back("replicaof " + servers_[0]->host() + " " +
                             std::to_string(servers_[0]->port()));
    }
    servers_.emplace_back(terms_, std::move(own), RedisServer::Mode::server);
  }
}

void RedisSentinels::start_sentinels() {
  const std::string name = primary_name;
  RedisTerms own{.settings = {
                     primary_setting("monitor " + name + " " + servers_[0]->host() + " " +
                                     std::to_string(servers_[0]->port()) + " 2"),
                     primary_setting("down-after-milliseconds " + name + " 500"),
                     primary_setting("failover-timeout " + name + " 3000"),
                     primary_setting("parallel-syncs " + name + " 2"),
                 }};
  if (terms_.has_users) {
    own.settings.push_back(primary_setting("auth-user " + name + " " + watcher_user().name));
    own.settings.push_back(primary_setting("auth-pass " + name + " " + watcher_user().password));
    own.settings.push_back(primary_setting("sentinel-user " + operator_user().name));
    own.settings.push_back(primary_setting("sentinel-pass " + operator_user().password));
  }
  // Told now what they would find out within ten seconds.
  for (std::size_t index = 1; index < server_count; ++index) {
    own.settings.push_back(primary_setting("known-replica " + name + " " + servers_[index]->host() +
                                           " " + std::to_string(servers_[index]->port())));
  }
  for (std::size_t index = 0; index < sentinel_count; ++index) {
    sentinels_.emplace_back(terms_, own, RedisServer::Mode::sentinel);
  }
}

void RedisSentinels::await_watched() {
  for (TopologyServer& sentinel : sentinels_) {
    await("a Sentinel that knows everybody", [&] {
      const RedisReply state = sentinel->ask({"SENTINEL", "MASTER", primary_name});
      return state.find("num-other-sentinels").text == "2" &&
             state.find("num-slaves").text == "2" && state.find("flags").text == "master";
    });
  }
}

void RedisSentinels::await_in_sync() {
  await("two replicas in sync", [&] {
    const RedisReply role = primary()->ask({"ROLE"});
    return role.items.at(0).text == "master" && role.items.at(2).items.size() == 2;
  });
  for (TopologyServer& sentinel : sentinels_) {
    if (!sentinel->is_running()) continue;
    await(
        "a Sentinel that has seen the replicas in sync",
        [&] {
          std::size_t ready_count = 0;
          for (const RedisReply& replica :
               sentinel->ask({"SENTINEL", "REPLICAS", primary_name}).items) {
            const bool is_ready = replica.find("flags").text == "slave" &&
                                  replica.find("master-link-status").text == "ok";
            ready_count += is_ready ? 1 : 0;
          }
          return ready_count == 2;
        },
        std::chrono::seconds(30));
  }
}

TopologyServer& RedisSentinels::primary() {
  TopologyServer* found = nullptr;
  await("two Sentinels that agree", [&] { return (found = find_announced()) != nullptr; });
  last_primary_ = found->inside_name();
  return *found;
}

TopologyServer& RedisSentinels::replica() {
  const std::string name = primary().inside_name();
  for (TopologyServer& server : servers_) {
    if (server->is_running() && server.inside_name() != name) return server;
  }
  throw std::runtime_error("no replica runs");
}

std::vector<RedisAddress> RedisSentinels::sentinel_addresses() const {
  std::vector<RedisAddress> all;
  for (const TopologyServer& sentinel : sentinels_) {
    RedisAddress address = sentinel.address();
    if (terms_.has_users) {
      address.user = sentinel_user().name;
      address.password = sentinel_user().password;
    }
    all.push_back(std::move(address));
  }
  return all;
}

NatMap RedisSentinels::nat_map() const {
  NatMap map;
  for (const TopologyServer& server : servers_) server.add_to(map);
  for (const TopologyServer& sentinel : sentinels_) sentinel.add_to(map);
  return map;
}

TopologyServer& RedisSentinels::fail_over() {
  last_primary_ = primary().inside_name();
  await("a Sentinel that begins the failover", [&] {
    sentinels_[0]->ask({"SENTINEL", "FAILOVER", primary_name});
    return true;
  });
  return await_new_primary();
}

TopologyServer& RedisSentinels::await_new_primary(std::chrono::milliseconds timeout) {
  const std::string before = last_primary_;
  TopologyServer* found = nullptr;
  await(
      "a new primary",
      [&] {
        found = find_announced();
        return found != nullptr && found->inside_name() != before &&
               (*found)->ask({"ROLE"}).items.at(0).text == "master";
      },
      timeout);
  last_primary_ = found->inside_name();
  return *found;
}

std::string RedisSentinels::announced_by(TopologyServer& sentinel) {
  const RedisReply address = sentinel->ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", primary_name});
  return address.items.at(0).text + ":" + address.items.at(1).text;
}

TopologyServer* RedisSentinels::find_announced() {
  std::map<std::string, int> votes;
  for (TopologyServer& sentinel : sentinels_) {
    if (sentinel->is_running()) ++votes[announced_by(sentinel)];
  }
  for (TopologyServer& server : servers_) {
    if (votes[server.inside_name()] >= 2) return &server;
  }
  return nullptr;
}

}  // namespace nacre::test
