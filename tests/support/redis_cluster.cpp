#include "support/redis_cluster.hpp"

#include <utility>

#include "support/await.hpp"
#include "support/port_block.hpp"

namespace nacre::test {
namespace {

constexpr int slot_count = 16384;

/// The name, in CLUSTER SLOTS of `asked`, of the primary that owns `slot`, or "".
std::string owner_name(TopologyServer& asked, std::uint16_t slot) {
  for (const RedisReply& range : asked->ask({"CLUSTER", "SLOTS"}).items) {
    if (slot < range.items.at(0).number || slot > range.items.at(1).number) continue;
    const RedisReply& node = range.items.at(2);
    return node.items.at(0).text + ":" + std::to_string(node.items.at(1).number);
  }
  return {};
}

bool is_primary(TopologyServer& node) {
  return node->is_running() && node->ask({"ROLE"}).items.at(0).text == "master";
}

}  // namespace

RedisCluster::RedisCluster(const TopologyTerms& terms, std::vector<std::string> settings)
    : terms_(terms) {
  start_nodes(settings);
  join();
  await_well();
}

void RedisCluster::start_nodes(const std::vector<std::string>& settings) {
  for (std::size_t index = 0; index < node_count; ++index) {
    bus_ports_.push_back(take_port());
    RedisTerms own{.settings = {"cluster-enabled yes", "cluster-node-timeout 1000",
                                "cluster-port " + std::to_string(bus_ports_.back()),
                                "cluster-replica-validity-factor 0", "repl-timeout 5"}};
    if (terms_.has_tls) own.settings.emplace_back("tls-cluster yes");
    own.settings.insert(own.settings.end(), settings.begin(), settings.end());
    nodes_.emplace_back(terms_, std::move(own), RedisServer::Mode::server);
    ids_.push_back(nodes_.back()->ask({"CLUSTER", "MYID"}).text);
  }
}

void RedisCluster::join() {
  for (std::size_t index = 0; index < node_count; ++index) {
    // Distinct from the start: nodes that have to sort out equal epochs take seconds.
    nodes_[index]->ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(index + 1)});
    if (index >= primary_count) continue;
    const std::size_t first = slot_count * index / primary_count;
    const std::size_t last = slot_count * (index + 1) / primary_count - 1;
    nodes_[index]->ask({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
  }
  for (std::size_t index = 1; index < node_count; ++index) {
    nodes_[0]->ask({"CLUSTER", "MEET", nodes_[index]->host(), std::to_string(nodes_[index]->port()),
                    std::to_string(bus_ports_[index])});
  }
  for (std::size_t index = primary_count; index < node_count; ++index) {
    await("a replica that knows its primary", [&] {
      nodes_[index]->ask({"CLUSTER", "REPLICATE", ids_[index - primary_count]});
      return true;
    });
  }
}

std::vector<RedisAddress> RedisCluster::addresses() const {
  std::vector<RedisAddress> all;
  for (const TopologyServer& node : nodes_) all.push_back(node.address());
  return all;
}

NatMap RedisCluster::nat_map() const {
  NatMap map;
  for (const TopologyServer& node : nodes_) node.add_to(map);
  return map;
}

TopologyServer& RedisCluster::owner_of(std::uint16_t slot) {
  TopologyServer* owner = nullptr;
  await("an owner that owns", [&] {
    for (TopologyServer& node : nodes_) {
      if (is_primary(node) && owner_name(node, slot) == node.inside_name()) owner = &node;
    }
    return owner != nullptr;
  });
  return *owner;
}

TopologyServer& RedisCluster::replica_of(TopologyServer& primary) {
  TopologyServer* found = nullptr;
  await("a replica", [&] {
    for (TopologyServer& node : nodes_) {
      if (!node->is_running()) continue;
      const RedisReply role = node->ask({"ROLE"});
      const bool is_its = role.items.at(0).text == "slave" &&
                          role.items.at(2).number == primary->port() &&
                          role.items.at(3).text == "connected";
      if (is_its) found = &node;
    }
    return found != nullptr;
  });
  return *found;
}

void RedisCluster::move_slot(std::uint16_t slot, TopologyServer& to) {
  begin_move(slot, to);
  end_move(slot, to);
}

void RedisCluster::begin_move(std::uint16_t slot, TopologyServer& to) {
  TopologyServer& from = owner_of(slot);
  const std::string number = std::to_string(slot);
  to->ask({"CLUSTER", "SETSLOT", number, "IMPORTING", id_of(from)});
  from->ask({"CLUSTER", "SETSLOT", number, "MIGRATING", id_of(to)});
}

void RedisCluster::end_move(std::uint16_t slot, TopologyServer& to) {
  TopologyServer& from = owner_of(slot);
  const std::string number = std::to_string(slot);
  for (;;) {
    const RedisReply keys = from->ask({"CLUSTER", "GETKEYSINSLOT", number, "100"});
    if (keys.items.empty()) break;
    for (const RedisReply& key : keys.items) move_key(key.text, to);
  }
  to->ask({"CLUSTER", "SETSLOT", number, "NODE", id_of(to)});
  from->ask({"CLUSTER", "SETSLOT", number, "NODE", id_of(to)});
  await_known(slot, to);
}

void RedisCluster::move_key(const std::string& key, TopologyServer& to) {
  const auto slot = RedisLink(to->operator_address()).must({"CLUSTER", "KEYSLOT", key}).number;
  std::vector<std::string> command{"MIGRATE", to->host(), std::to_string(to->port()),
                                   key,       "0",        "5000"};
  if (terms_.has_users) {
    command.insert(command.end(), {"AUTH2", operator_user().name, operator_user().password});
  }
  owner_of(static_cast<std::uint16_t>(slot))->ask(command);
}

void RedisCluster::take_slot(std::uint16_t slot, TopologyServer& to) {
  // The epoch decides whom the others believe, and one is raised only while the slot is imported.
  const std::string number = std::to_string(slot);
  to->ask({"CLUSTER", "SETSLOT", number, "IMPORTING", id_of(owner_of(slot))});
  to->ask({"CLUSTER", "SETSLOT", number, "NODE", id_of(to)});
  await_known(slot, to);
}

TopologyServer& RedisCluster::fail_over(TopologyServer& primary) {
  TopologyServer& replica = replica_of(primary);
  await("a failover that begins", [&] {
    replica->ask({"CLUSTER", "FAILOVER"});
    return true;
  });
  await("a failover that has ended", [&] { return is_primary(replica) && !is_primary(primary); });
  await_well();
  return replica;
}

TopologyServer& RedisCluster::await_successor(TopologyServer& primary) {
  const auto index = static_cast<std::size_t>(&primary - nodes_.data());
  TopologyServer& partner = nodes_[(index + primary_count) % node_count];
  await(
      "a successor",
      [&] {
        return is_primary(partner) &&
               partner->ask({"CLUSTER", "INFO"}).text.find("cluster_state:ok") != std::string::npos;
      },
      std::chrono::seconds(30));
  return partner;
}

void RedisCluster::await_well() {
  for (TopologyServer& node : nodes_) {
    if (!node->is_running()) continue;
    await("a cluster that is well", [&] {
      const std::string state = node->ask({"CLUSTER", "INFO"}).text;
      if (state.find("cluster_state:ok") == std::string::npos ||
          state.find("cluster_known_nodes:6") == std::string::npos) {
        return false;
      }
      const RedisReply role = node->ask({"ROLE"});
      return role.items.at(0).text == "master" || role.items.at(3).text == "connected";
    });
  }
}

void RedisCluster::await_known(std::uint16_t slot, TopologyServer& owner) {
  for (TopologyServer& node : nodes_) {
    if (!node->is_running()) continue;
    await("a node that knows the owner of the slot",
          [&] { return owner_name(node, slot) == owner.inside_name(); });
  }
}

std::string RedisCluster::id_of(TopologyServer& node) {
  return ids_.at(static_cast<std::size_t>(&node - nodes_.data()));
}

}  // namespace nacre::test
