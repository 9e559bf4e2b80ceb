// What a topology of several servers is to be like.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "chaos/fault_proxy.hpp"
#include "support/redis_server.hpp"

namespace nacre::test {

struct TopologyTerms {
  bool has_tls = false;
  bool has_users = false;
  /// The servers are at 127.0.9.9 and know each other by that address. A client reaches each
  /// through a proxy on 127.0.0.1, so it needs a nat_map. The servers see it as 127.0.9.1: a
  /// client seen under another address has gone past the map.
  bool is_behind_nat = false;
};

inline constexpr const char* inside_host = "127.0.9.9";
inline constexpr const char* nat_source_host = "127.0.9.1";

/// A host and port as a server calls itself, to the one a client is to dial.
using NatMap = std::map<std::string, std::string>;

/// A server of a topology, with the proxy before it where there is NAT.
class TopologyServer {
 public:
  TopologyServer(const TopologyTerms& terms, RedisTerms own, RedisServer::Mode mode)
      : server_(std::make_unique<RedisServer>(adapted(terms, std::move(own)), mode)) {
    if (!terms.is_behind_nat) return;
    proxy_ =
        std::make_unique<chaos::FaultProxy>(chaos::ProxyOptions{.target_host = inside_host,
                                                                .target_port = server_->port(),
                                                                .source_host = nat_source_host});
  }

  RedisServer& operator*() const noexcept { return *server_; }
  RedisServer* operator->() const noexcept { return server_.get(); }

  /// "host:port" as the servers name it.
  std::string inside_name() const {
    return server_->host() + ":" + std::to_string(server_->port());
  }

  /// Where a client connects, as application.
  RedisAddress address() const {
    RedisAddress address = server_->address();
    if (proxy_) {
      address.host = "127.0.0.1";
      address.port = proxy_->port();
    }
    return address;
  }

  void add_to(NatMap& map) const {
    if (proxy_) map[inside_name()] = "127.0.0.1:" + std::to_string(proxy_->port());
  }

 private:
  static RedisTerms adapted(const TopologyTerms& terms, RedisTerms own) {
    own.has_tls = terms.has_tls;
    own.has_users = terms.has_users;
    if (terms.is_behind_nat) {
      own.host = inside_host;
      // Else the others learn the address the kernel picks for its connections.
      own.settings.emplace_back(std::string("bind-source-addr ") + inside_host);
    }
    return own;
  }

  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<chaos::FaultProxy> proxy_{};
};

}  // namespace nacre::test
