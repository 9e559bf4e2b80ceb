#include "redis/servers.hpp"

#include <utility>

#include "nacre/error.hpp"

namespace nacre::redis {

std::string_view name_of(Topology topology) noexcept {
  switch (topology) {
    case Topology::standalone:
      return "standalone";
    case Topology::sentinel:
      return "sentinel";
    case Topology::cluster:
      return "cluster";
  }
  return "";
}

std::shared_ptr<Client> make_client(const Servers& servers, ClientOptions options) {
  if (servers.addresses.empty()) {
    throw Error(Errc::invalid_argument, "addresses must hold one address at least",
                {{"field", "addresses"}});
  }
  return make_standalone_client(servers.addresses.front(), std::move(options));
}

}  // namespace nacre::redis
