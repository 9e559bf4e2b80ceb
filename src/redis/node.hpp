// One server, and the links to it: a data link on each io thread, links of their own for blocking
// commands and subscriptions. What the topologies are made of.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nacre/deadline.hpp"
#include "redis/call.hpp"
#include "redis/io_threads.hpp"
#include "redis/link_observer.hpp"
#include "redis/settings.hpp"
#include "redis/status.hpp"
#include "redis/subscription_link.hpp"
#include "redis/tls.hpp"

namespace nacre::redis {

/// What a node is told beside the settings.
struct NodeOptions {
  Address address{};

  /// Shared by all nodes of a client; checked.
  std::shared_ptr<const ConnectSettings> settings{};

  /// make_tls(settings->tls), shared likewise.
  std::shared_ptr<const Tls> tls{};

  /// The handshake asks ROLE, and a server that answers another is not spoken to.
  Role required_role = Role::unknown;

  /// READONLY is part of the handshake: a Cluster's replica that is read from.
  bool is_read_only = false;

  /// LOADING, MASTERDOWN, CLUSTERDOWN and TRYAGAIN are asked again here, after 100 ms and a jitter.
  bool is_transient_retried = true;

  /// Both may be empty. The observer hears of data links only.
  std::shared_ptr<LinkObserver> observer{};
  EventHandler on_event{};

  /// Called on an io thread when the status has changed, after it has.
  std::function<void()> on_status{};
};

/// Thread safe. Links are opened by the first call that needs one, or by open(), and then for ever
/// opened again until shutdown.
class Node {
 public:
  /// `threads` must outlive the node.
  Node(IoThreads& threads, NodeOptions options);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Unless drained: closes every link, answers what is in flight, and waits for that; then not on
  /// an io thread. Subscription links must have been destroyed before.
  ~Node();

  const std::string& name() const noexcept { return name_; }
  const Address& address() const noexcept { return options_.address; }

  /// Never the same for two nodes in a process; not 0.
  std::uint32_t number() const noexcept;

  /// A data link is ready: a call would not have to wait for a connection. False from before the
  /// handlers of what was lost with the last one are called.
  bool is_ready() const noexcept;

  /// Opens the data links in the background.
  void open();

  /// Client::execute_all() for this node; Request::node, key and is_replica_allowed are not looked
  /// at. Moves the handlers away.
  void execute_all(std::span<Call> calls) noexcept;

  NodeStatus status() const;

  std::unique_ptr<SubscriptionLink> subscribe(std::shared_ptr<SubscriptionListener> listener);

  /// No new calls; each link closes when nothing is waited for on it any more, or when `deadline`
  /// has passed. Returns at once; `on_drained` is called once, on an io thread, when all links are
  /// closed, with true when nothing was cut off. Once.
  void drain(Deadline deadline, std::function<void(bool is_complete)> on_drained);

 private:
  struct State;

  NodeOptions options_;
  std::string name_;
  std::shared_ptr<State> state_;
};

}  // namespace nacre::redis
