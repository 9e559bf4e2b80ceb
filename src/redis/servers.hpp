// Which servers, of which topology, a client is for.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "redis/standalone.hpp"

namespace nacre::redis {

enum class Topology : std::uint8_t { standalone, sentinel, cluster };

std::string_view name_of(Topology topology) noexcept;

struct Servers {
  Topology topology = Topology::standalone;

  /// The server; of a Sentinel topology the Sentinels, of a Cluster some of its nodes. Not empty.
  std::vector<Address> addresses{};
};

/// The client for `servers`: what the topology's own make_..._client says.
std::shared_ptr<Client> make_client(const Servers& servers, ClientOptions options);

}  // namespace nacre::redis
