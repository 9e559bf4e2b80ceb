// The handlers that tell of the daemon itself: its health, figures and settings.
#include <array>
#include <string>
#include <utility>

#include "base/json_text.hpp"
#include "nacre/version.hpp"
#include "server/media_type.hpp"
#include "server/openapi.hpp"
#include "server/request_fields.hpp"
#include "server/rest_handlers.hpp"
#include "server/rest_support.hpp"

namespace nacre::server {
namespace {

constexpr std::array<std::string_view, 1> cache_field = {"cache"};

void check_no_query(const Call& call) {
  QueryFields(call.request.head.query, {});
}

void write_stats(JsonText& json, const CacheStats& stats) {
  json.member("hits", stats.hits());
  json.member("misses", stats.misses);
  json.member("hit_rate", stats.hit_rate());
  json.member("fresh_hits", stats.fresh_hits);
  json.member("stale_hits", stats.stale_hits);
  json.member("negative_hits", stats.negative_hits);
  json.member("remote_hits", stats.remote_hits);
  json.member("remote_misses", stats.remote_misses);
  json.member("loads", stats.loads);
  json.member("load_failures", stats.load_failures);
  json.member("joined_loads", stats.joined_loads);
  json.member("refreshes", stats.refreshes);
  json.member("running_loads", stats.running_loads);
  json.member("dropped_fills", stats.dropped_fills);
  json.member("writes", stats.writes);
  json.member("invalidations", stats.invalidations);
  json.member("saturated", stats.saturated);
  json.member("evicted", stats.evicted);
  json.member("expired", stats.expired);
  json.member("entries", stats.entries);
  json.member("bytes", stats.bytes);
  json.member("max_bytes", stats.max_bytes);
}

std::string status_json(std::string_view status) {
  JsonText json;
  json.begin_object().member("status", status).end_object();
  return std::move(json).take();
}

std::int64_t to_us(Duration duration) noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

void write_memory_health(JsonText& json, const Cache& cache, const Clock& clock) {
  const TimePoint begin = clock.now();
  // Any key: a tier that answers is a tier that works.
  cache.tags("health");
  json.member("latency_us", to_us(clock.now() - begin));
  const CacheStats stats = cache.stats();
  json.member("entries", stats.entries);
  json.member("bytes", stats.bytes);
  json.member("max_bytes", stats.max_bytes);
}

void write_far_health(JsonText& json, const TierStatus& tier) {
  json.key("latency_us");
  if (tier.latency) {
    json.value(to_us(*tier.latency));
  } else {
    json.value(nullptr);
  }
  json.member("topology", tier.name);
  json.member("since_ms", to_ms(tier.since));
  json.member("tells_changes", tier.tells_changes);
  json.member("pending", tier.pending_count);
  json.member("dropped", tier.dropped_count);
  json.member("last_error", tier.last_error);
}

Response readiness_response(const DaemonState& daemon, std::string json) {
  Response response = json_response(std::move(json));
  if (daemon.is_draining) response.status = 503;
  return response;
}

}  // namespace

void show_stats(Call& call) {
  const QueryFields query(call.request.head.query, cache_field);
  const CacheStats stats = cache_of(call, query).stats();
  JsonText json;
  json.begin_object();
  json.member("cache", cache_name_of(call, query));
  // Processes that share a remote do not add their figures up: both are those of this one.
  write_stats(json, stats);
  json.key("process").begin_object();
  write_stats(json, stats);
  json.end_object().end_object();
  call.reply.send(json_response(std::move(json).take()));
}

void show_daemon(Call& call) {
  check_no_query(call);
  const Backend& backend = *call.backend;
  const DaemonState& daemon = *backend.daemon;
  JsonText json;
  json.begin_object();
  json.member("name", "nacred");
  json.member("version", version);
  json.member("uptime_ms", to_ms(backend.clock->now() - daemon.started_at));
  json.member("connections", daemon.connection_count ? daemon.connection_count() : 0);
  json.member("production", backend.is_production);
  json.member("draining", daemon.is_draining.load());
  json.member("origins", backend.origins != nullptr);
  json.key("caches").begin_array();
  for (const NamedCache& named : backend.caches) json.value(named.name);
  json.end_array();
  json.end_object();
  call.reply.send(json_response(std::move(json).take()));
}

void show_namespaces(Call& call) {
  check_no_query(call);
  JsonText json;
  json.begin_object().key("namespaces").begin_array();
  for (const NamedCache& named : call.backend->caches) {
    json.begin_object();
    json.member("namespace", named.cache.namespace_name());
    json.member("cache", named.name);
    json.end_object();
  }
  json.end_array().end_object();
  call.reply.send(json_response(std::move(json).take()));
}

void show_config(Call& call) {
  check_no_query(call);
  call.reply.send(json_response(call.backend->config_json));
}

void show_metrics(Call& call) {
  check_no_query(call);
  Response response;
  if (accepts_type(call.request.head.accept, "application/openmetrics-text")) {
    response.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    response.text = render_openmetrics(*call.backend->metrics);
  } else {
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.text = render_prometheus(*call.backend->metrics);
  }
  call.reply.send(std::move(response));
}

void show_liveness(Call& call) {
  check_no_query(call);
  call.reply.send(json_response(status_json("live")));
}

void show_readiness(Call& call) {
  check_no_query(call);
  const DaemonState& daemon = *call.backend->daemon;
  call.reply.send(
      readiness_response(daemon, status_json(daemon.is_draining ? "draining" : "ready")));
}

void show_health(Call& call) {
  check_no_query(call);
  const Backend& backend = *call.backend;
  bool is_degraded = false;
  JsonText tiers;
  tiers.begin_array();
  for (const NamedCache& named : backend.caches) {
    for (const TierStatus& tier : named.cache.tiers()) {
      is_degraded = is_degraded || tier.state != TierState::up;
      tiers.begin_object();
      tiers.member("cache", named.name);
      tiers.member("tier", name_of(tier.kind));
      tiers.member("state", name_of(tier.state));
      if (tier.kind == TierKind::memory) {
        write_memory_health(tiers, named.cache, *backend.clock);
      } else {
        write_far_health(tiers, tier);
      }
      tiers.end_object();
    }
  }
  tiers.end_array();
  JsonText json;
  json.begin_object();
  json.member("status", backend.daemon->is_draining ? "draining"
                        : is_degraded               ? "degraded"
                                                    : "ready");
  json.key("tiers").raw_value(std::move(tiers).take());
  json.end_object();
  call.reply.send(readiness_response(*backend.daemon, std::move(json).take()));
}

void show_openapi(Call& call) {
  check_no_query(call);
  call.reply.send(json_response(render_openapi(make_route_table())));
}

}  // namespace nacre::server
