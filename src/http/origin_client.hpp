// Asks one origin by HTTP GET: places, kept connections, retries and deadlines.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/gate.hpp"
#include "base/random.hpp"
#include "http/host_resolver.hpp"
#include "http/idle_connections.hpp"
#include "http/io_loop.hpp"
#include "http/origin_address.hpp"
#include "http/origin_figures.hpp"
#include "http/origin_options.hpp"
#include "http/origin_response.hpp"
#include "http/origin_rule.hpp"
#include "http/place_queue.hpp"
#include "http/retry_plan.hpp"
#include "http/tls_context.hpp"
#include "nacre/deadline.hpp"
#include "nacre/outcome.hpp"

namespace nacre {

/// One GET. Header names and values must have been checked.
struct OriginRequest {
  std::string target{};
  HeaderFields headers{};
  Deadline deadline{};
  std::stop_token stop{};
};

/// Called once, on the loop's thread. Must be quick and must not throw.
using OriginAnswer = std::function<void(Outcome<OriginResponse>)>;

class Exchange;

/// Everything the requests to one origin share. Loop thread only, but for construction.
class OriginClient {
 public:
  /// Outlive the client.
  struct Surroundings {
    IoLoop& loop;
    Random& random;
    MetricsRegistry& metrics;
  };

  /// Throws Error: invalid_argument (ca_file).
  OriginClient(const Surroundings& surroundings, OriginAddress address,
               OriginConnectionOptions options);
  OriginClient(const OriginClient&) = delete;
  OriginClient& operator=(const OriginClient&) = delete;
  ~OriginClient();

  /// Asks, and answers with a complete response of any status, or an Error: load_failed with the
  /// details `origin` and `reason`, load_timeout with `phase`, or saturated. May answer before it
  /// returns.
  void start(OriginRequest request, OriginAnswer answer);

  /// Answers all requests with load_failed and closes all connections. What is started later fails
  /// at once.
  void close();

  const OriginAddress& address() const noexcept { return address_; }
  const OriginFigures& figures() const noexcept { return figures_; }

 private:
  friend class Exchange;
  struct Running;

  void release_place();
  void forget(const Exchange& exchange);
  void keep(std::unique_ptr<OriginConnection> connection);
  std::unique_ptr<OriginConnection> take_idle();
  std::unique_ptr<OriginConnection> make_connection();
  void watch_idle();
  void show_figures();

  IoLoop& loop_;
  Random& random_;
  OriginAddress address_;
  OriginConnectionOptions options_;
  OriginFigures figures_;
  std::optional<TlsContext> tls_;
  HostResolver resolver_;
  IdleConnections idle_;
  PlaceQueue places_;
  RetryBudget budget_;
  std::unique_ptr<Running> running_;
  std::optional<TimerId> idle_timer_;
  bool is_closed_ = false;
};

}  // namespace nacre
