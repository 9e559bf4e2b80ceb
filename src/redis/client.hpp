// A Redis client of whatever topology: standalone, Sentinel or Cluster.
//
//   const std::string_view get[] = {"GET", "app:user:1"};
//   client.execute({.arguments = get, .key = get[1], .deadline = deadline, .is_idempotent = true},
//                  [](const ReplyHandler::Outcome& outcome, const Answerer&) {
//                    if (outcome) use(outcome.value().text());
//                  });
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nacre/deadline.hpp"
#include "redis/call.hpp"
#include "redis/status.hpp"
#include "redis/subscription_link.hpp"

namespace nacre::redis {

/// The node that answers for a key.
struct Owner {
  /// Never the same for two nodes in a process. 0: nobody is known to.
  std::uint32_t number = 0;

  /// A command would be written now; else it would wait for a connection.
  bool is_ready = false;
};

/// The nodes that together hold all keys.
struct Primaries {
  /// Another one whenever some key may have another owner than before.
  std::uint64_t version = 0;

  /// Each key has an owner among `nodes`.
  bool is_whole = false;

  /// By Address::name(), as Request::node takes them.
  std::vector<std::string> nodes{};
};

/// Thread safe. A call from one of the client's own io threads takes no hop and no allocation;
/// calls of one other thread all take the same link, so they are executed in their order unless
/// the topology sends them to different nodes.
class Client {
 public:
  virtual ~Client() = default;

  /// Takes each call, in order, and moves its handler away; never calls a handler inside. Calls of
  /// one batch that go to one node go there on one link, next to each other. Nothing is thrown:
  /// what cannot be done is told to the handlers.
  virtual void execute_all(std::span<Call> calls) noexcept = 0;

  /// How it is. Takes a lock; a few us for a big Cluster.
  virtual ClientStatus status() const = 0;

  /// Who would be asked for `key` now. No lock, no allocation.
  virtual Owner owner_of(std::string_view key) const noexcept = 0;

  /// Who would have to be asked for all keys: for scans, and to know when all links are there. A
  /// scan is complete when `version` is the same before and after it.
  virtual Primaries primaries() const = 0;

  /// A pub/sub connection to the node that `route` names or that owns the key `route`'s key names.
  /// Opens in the background. Must be destroyed before the client. After shutdown(): never ready.
  virtual std::unique_ptr<SubscriptionLink> subscribe(
      const Request& route, std::shared_ptr<SubscriptionListener> listener) = 0;

  /// Takes no more calls, waits until all taken ones are answered or `deadline` has passed, and
  /// closes every link; what is still in flight then is answered with connection_lost. True when
  /// nothing was cut off. Idempotent. Not on an io thread. A deadline that has passed: close now.
  virtual bool shutdown(Deadline deadline) = 0;

  /// One call.
  void execute(Request request, ReplyHandler handler) noexcept {
    Call call{std::move(request), std::move(handler)};
    execute_all({&call, 1});
  }
};

}  // namespace nacre::redis
