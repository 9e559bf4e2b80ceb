#include "server/daemon.hpp"

#include <thread>
#include <utility>

#include "assembly/host_limits.hpp"
#include "assembly/settings_advisor.hpp"
#include "base/metrics.hpp"
#include "nacre/caches.hpp"
#include "server/api_handler.hpp"
#include "server/http_origins.hpp"
#include "server/http_server.hpp"

namespace nacre::server {
namespace {

// Requests that look at every entry: a few at once, and not many more in a queue, for each holds
// its client.
constexpr ThreadPoolOptions scan_pool = {
    .max_threads = 2, .max_queued = 1024, .name = "nacred-scan"};

// How long loads may take to end once nobody waits for them.
constexpr Duration load_end_timeout = std::chrono::seconds(1);

HttpLimits limits_of(const ServerSettings& server) {
  HttpLimits limits;
  limits.max_head_bytes = server.max_head_bytes;
  limits.max_field_count = server.max_head_fields;
  limits.max_url_bytes = server.max_url_bytes;
  limits.max_body_bytes = server.max_body_bytes;
  limits.max_connection_count = server.max_connections;
  limits.max_connections_per_address = server.max_connections_per_address;
  limits.head_timeout = server.head_timeout;
  limits.min_transfer_bytes_per_second = server.min_body_rate;
  limits.idle_timeout = server.idle_timeout;
  limits.max_unread_reply_count = server.max_pipelined;
  limits.max_unread_reply_bytes = server.max_unread_bytes;
  return limits;
}

std::string token_of(const ServerSettings& server) {
  return server.bearer_token_file.empty() ? std::string()
                                          : read_secret_file(server.bearer_token_file);
}

AccessPolicy access_of(const ServerSettings& server) {
  return AccessPolicy({.allowed_hosts = server.allowed_hosts,
                       .allowed_origins = server.allowed_origins,
                       .bearer_token = token_of(server)});
}

// Requests that name no cache mean the default one.
std::vector<NamedCache> named_caches(const Caches& caches) {
  std::vector<NamedCache> named = {{"default", caches.cache()}};
  for (const std::string& name : caches.names()) {
    if (name != "default") named.push_back({name, caches.cache(name)});
  }
  return named;
}

}  // namespace

void check_daemon_settings(const Settings& settings) {
  check_exposure(settings.server.listen, !settings.server.bearer_token_file.empty());
  token_of(settings.server);
  check_origins(settings.origins);
}

struct Daemon::State {
  State(const Settings& of_start, std::shared_ptr<Clock> of_daemon, DaemonLog& of_lines)
      : settings(of_start),
        log(of_lines),
        clock(std::move(of_daemon)),
        caches(settings, {.clock = clock, .log = log.sink(), .metrics = metrics}) {
    state->started_at = clock->now();
    handler = std::make_unique<ApiHandler>(make_backend(settings));
  }

  // Shares the caches with the backend before, and all the rest is new.
  std::shared_ptr<const Backend> make_backend(const Settings& wanted) const {
    auto made = std::make_shared<Backend>();
    made->caches = named_caches(caches);
    made->origins = connect_origins(
        wanted.origins,
        {.clock = clock, .metrics = metrics, .random = random, .executor = executor});
    made->access = access_of(wanted.server);
    made->executor = executor;
    made->clock = clock;
    made->metrics = metrics;
    made->daemon = state;
    made->config_json = render_settings_json(wanted);
    made->is_production = wanted.server.production;
    made->allows_flush_in_production = wanted.server.allow_flush_in_production;
    return made;
  }

  void advise() const {
    for (const Advice& advice : assembly::advise(settings, assembly::read_host_limits())) {
      const std::string message = advice.subject + ": " + advice.text;
      log.write({.level = LogLevel::warning, .event = "settings.advice", .message = message});
    }
  }

  AccessLog access_log_of(const ServerSettings& wanted) const {
    return wanted.access_log ? log.access_log() : AccessLog();
  }

  void start_server() {
    HttpServerOptions options;
    options.listen = settings.server.listen;
    options.thread_count = settings.server.threads != 0 ? settings.server.threads
                                                        : std::thread::hardware_concurrency();
    options.limits = limits_of(settings.server);
    options.clock = clock;
    options.access_log = access_log_of(settings.server);
    options.log = log.sink();
    server = std::make_unique<HttpServer>(std::move(options), *handler);
  }

  Settings settings;
  DaemonLog& log;
  std::shared_ptr<Clock> clock;
  std::shared_ptr<MetricsRegistry> metrics = make_metrics_registry();
  std::shared_ptr<Random> random = std::make_shared<SystemRandom>();
  std::shared_ptr<Executor> executor = make_thread_pool(scan_pool);
  std::shared_ptr<DaemonState> state = std::make_shared<DaemonState>();
  MetricsRegistry::Registration lost_lines =
      metrics->counter_callback({.name = "nacre_log_lines_lost_total",
                                 .help = "Log lines lost, because nobody read standard error."},
                                [this] { return static_cast<double>(log.lost_count()); });
  Caches caches;
  std::unique_ptr<ApiHandler> handler{};
  std::unique_ptr<HttpServer> server{};
};

Daemon::Daemon(const Settings& settings, std::shared_ptr<Clock> clock, DaemonLog& log) {
  check_exposure(settings.server.listen, !settings.server.bearer_token_file.empty());
  state_ = std::make_unique<State>(settings, std::move(clock), log);
  state_->advise();
  state_->start_server();
}

Daemon::~Daemon() {
  // No new requests, then no loads: what they answer to is gone by then.
  state_->server.reset();
  if (!state_->caches.shutdown(load_end_timeout)) {
    state_->log.write({.level = LogLevel::warning,
                       .event = "daemon.shutdown",
                       .message = "loads still run; they are given up"});
  }
  state_->handler.reset();
  state_->executor->stop();
}

const std::vector<std::string>& Daemon::addresses() const noexcept {
  return state_->server->addresses();
}

void Daemon::reload(const Settings& settings) {
  // Everything that can fail comes first; the caches also refuse what needs a restart.
  check_exposure(settings.server.listen, !settings.server.bearer_token_file.empty());
  std::shared_ptr<const Backend> wanted = state_->make_backend(settings);
  HttpServerChange change{.limits = limits_of(settings.server),
                          .access_log = state_->access_log_of(settings.server),
                          .listen = settings.server.listen,
                          .sockets = state_->server->bind_new(settings.server.listen)};
  state_->caches.reconfigure(settings);
  state_->log.set_level(settings.log.level);
  state_->settings = settings;
  // The new token before a new address that may need one.
  state_->handler->replace_backend(std::move(wanted));
  state_->server->reconfigure(std::move(change));
}

Duration Daemon::drain_timeout() const noexcept {
  return state_->settings.server.drain_timeout;
}

void Daemon::begin_drain() {
  state_->state->is_draining = true;
  state_->server->drain();
}

bool Daemon::wait_drained(Duration timeout) {
  return state_->server->wait_drained(timeout);
}

}  // namespace nacre::server
