#include "redis/standalone.hpp"

#include <future>
#include <utility>

#include "redis/node.hpp"
#include "redis/tls.hpp"

namespace nacre::redis {
namespace {

class StandaloneClient final : public Client {
 public:
  StandaloneClient(const Address& address, ClientOptions options)
      : threads_(std::move(options.threads)),
        on_event_(std::move(options.on_event)),
        node_(*threads_, {.address = address,
                          .settings = std::make_shared<ConnectSettings>(options.connect),
                          .tls = make_tls(options.connect.tls),
                          .observer = std::move(options.observer),
                          .on_event = on_event_}) {
    node_.open();
  }

  void execute_all(std::span<Call> calls) noexcept override {
    for (Call& call : calls) {
      if (call.request.node.empty() || call.request.node == node_.name()) continue;
      // One that names another server: it alone is answered so, the others go on.
      call.request.arguments = {};
      call.request.encoded = {};
    }
    node_.execute_all(calls);
  }

  ClientStatus status() const override {
    ClientStatus status;
    status.topology = "standalone";
    status.nodes.push_back(node_.status());
    const NodeStatus& node = status.nodes.front();
    status.state = is_closed_.load() ? LinkState::closed : node.state;
    status.health = node.health;
    status.since = node.since;
    status.last_error = node.last_error;
    return status;
  }

  Owner owner_of(std::string_view /*key*/) const noexcept override {
    return {.number = node_.number(), .is_ready = node_.is_ready()};
  }

  Primaries primaries() const override {
    return {.version = 1, .is_whole = true, .nodes = {node_.name()}};
  }

  std::unique_ptr<SubscriptionLink> subscribe(
      const Request& /*route*/, std::shared_ptr<SubscriptionListener> listener) override {
    return node_.subscribe(std::move(listener));
  }

  bool shutdown(Deadline deadline) override {
    if (is_closed_.exchange(true)) return true;
    std::promise<bool> drained;
    node_.drain(deadline, [&drained](bool is_complete) { drained.set_value(is_complete); });
    const bool is_complete = drained.get_future().get();
    if (on_event_) {
      on_event_({.kind = EventKind::end, .node = node_.name(), .text = "closed"});
    }
    return is_complete;
  }

  ~StandaloneClient() override { shutdown(Deadline(TimePoint::min())); }

 private:
  std::shared_ptr<IoThreads> threads_;
  EventHandler on_event_;
  std::atomic<bool> is_closed_{false};
  Node node_;
};

}  // namespace

std::shared_ptr<Client> make_standalone_client(const Address& address, ClientOptions options) {
  check(options.connect);
  return std::make_shared<StandaloneClient>(address, std::move(options));
}

}  // namespace nacre::redis
