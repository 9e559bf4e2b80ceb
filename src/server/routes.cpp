// The one table of routes.
#include "server/rest_handlers.hpp"
#include "server/route.hpp"

namespace nacre::server {
namespace {

constexpr std::string_view text_schema = R"({"type":"string"})";
constexpr std::string_view duration_schema = R"({"type":"string","examples":["60","250ms","5m"]})";

constexpr RouteParameter key_parameter = {"key", Place::path, text_schema,
                                          "1 to 1024 bytes of UTF-8, percent-encoded."};
constexpr RouteParameter cache_parameter = {"cache", Place::query, text_schema,
                                            "Name of a cache of the config; the first if absent."};
constexpr RouteParameter ttl_parameter = {"ttl", Place::query, duration_schema,
                                          "How long the value is fresh; a number is seconds."};

std::vector<RouteContent> entry_contents() {
  return {{"application/json", "Entry"}, {"application/octet-stream", ""}};
}

std::vector<RouteContent> value_contents() {
  return {{"application/json", ""}, {"text/plain", ""}, {"application/octet-stream", ""}};
}

std::vector<RouteContent> json(std::string_view schema) {
  return {{"application/json", schema}};
}

std::vector<Errc> read_errors() {
  return {Errc::invalid_key, Errc::invalid_argument, Errc::key_not_found,
          Errc::load_failed, Errc::load_timeout,     Errc::saturated};
}

std::vector<Route> entry_routes() {
  return {
      {Method::get,
       "/api/cache/{key}",
       read_entry,
       Access::token,
       "readKey",
       "Reads one entry, through to its origin where a rule names one. Keys that are named like a "
       "route are read below /api/cache/entries/.",
       {key_parameter, ttl_parameter, cache_parameter},
       {},
       entry_contents(),
       read_errors()},
      {Method::get,
       "/api/cache/entries/{key}",
       read_entry,
       Access::token,
       "readEntry",
       "Reads one entry, through to its origin where a rule names one.",
       {key_parameter, ttl_parameter, cache_parameter},
       {},
       entry_contents(),
       read_errors()},
      {Method::put,
       "/api/cache/entries/{key}",
       write_entry,
       Access::token,
       "writeEntry",
       "Stores the body as the value: JSON is checked, anything else is stored as it is.",
       {key_parameter,
        ttl_parameter,
        {"tags", Place::query, text_schema, "Tags, joined by commas."},
        {"swr", Place::query, duration_schema, "stale_while_revalidate of the entry."},
        {"sie", Place::query, duration_schema, "stale_if_error of the entry."},
        cache_parameter},
       value_contents(),
       json("Object"),
       {Errc::invalid_key, Errc::invalid_argument, Errc::value_too_large, Errc::saturated}},
      {Method::remove,
       "/api/cache/entries/{key}",
       remove_entry,
       Access::token,
       "removeEntry",
       "Removes one entry for everybody.",
       {key_parameter, cache_parameter},
       {},
       json("Object"),
       {Errc::invalid_key, Errc::invalid_argument}},
  };
}

std::vector<Route> bulk_routes() {
  return {
      {Method::post,
       "/api/cache/mget",
       read_many,
       Access::token,
       "readMany",
       "Reads many entries, in order; asks no origin.",
       {cache_parameter},
       json("BulkRead"),
       json("BulkReadAnswer"),
       {Errc::invalid_key, Errc::invalid_argument, Errc::value_too_large}},
      {Method::post,
       "/api/cache/mset",
       write_many,
       Access::token,
       "writeMany",
       "Stores many entries; all are checked before the first is stored.",
       {cache_parameter},
       json("BulkWrite"),
       json("BulkWriteAnswer"),
       {Errc::invalid_key, Errc::invalid_argument, Errc::value_too_large, Errc::saturated}},
      {Method::post,
       "/api/cache/warm",
       warm,
       Access::token,
       "warm",
       "Loads keys from their origins before anybody asks for them.",
       {cache_parameter},
       json("Warming"),
       json("WarmingAnswer"),
       {Errc::invalid_key, Errc::invalid_argument}},
      {Method::post,
       "/api/cache/invalidate",
       invalidate,
       Access::token,
       "invalidate",
       "Removes entries for everybody, or only makes them stale.",
       {cache_parameter},
       json("Invalidation"),
       json("InvalidationAnswer"),
       {Errc::invalid_key, Errc::invalid_argument, Errc::saturated}},
      {Method::get,
       "/api/cache/stats",
       show_stats,
       Access::token,
       "showStats",
       "The figures of a cache, of the fleet and of this process.",
       {cache_parameter},
       {},
       json("Stats"),
       {Errc::invalid_argument}},
  };
}

std::vector<Route> listing_routes() {
  return {
      {Method::get,
       "/api/admin/keys",
       list_keys,
       Access::token,
       "listKeys",
       "Lists entries page by page. A page may hold fewer than the limit before the end.",
       {{"prefix", Place::query, text_schema, "Keys that begin so."},
        {"pattern", Place::query, text_schema, "Keys that match a glob."},
        {"state", Place::query, R"({"enum":["fresh","stale","negative"]})", "Only this state."},
        {"format", Place::query, R"({"enum":["raw","text","json","messagepack"]})",
         "Only values of this format."},
        {"min_ttl", Place::query, duration_schema, "Only what stays fresh at least so long."},
        {"max_ttl", Place::query, duration_schema, "Only what stays fresh at most so long."},
        {"cursor", Place::query, text_schema, "From the page before."},
        {"limit", Place::query, R"({"type":"integer","minimum":1,"maximum":1000,"default":100})",
         "Entries looked at for one page."},
        cache_parameter},
       {},
       json("KeyPage"),
       {Errc::invalid_argument, Errc::saturated}},
  };
}

std::vector<Route> key_routes() {
  return {
      {Method::get,
       "/api/admin/keys/{key}",
       show_key,
       Access::token,
       "showKey",
       "All that is known of one entry, without its value.",
       {key_parameter, cache_parameter},
       {},
       json("EntryDetail"),
       {Errc::invalid_key, Errc::invalid_argument, Errc::key_not_found}},
      {Method::remove,
       "/api/admin/keys/{key}",
       remove_entry,
       Access::token,
       "removeKey",
       "Removes one entry for everybody.",
       {key_parameter, cache_parameter},
       {},
       json("Object"),
       {Errc::invalid_key, Errc::invalid_argument}},
      {Method::post,
       "/api/admin/keys/{key}/expire",
       expire_key,
       Access::token,
       "expireKey",
       "Makes one entry stale; its value stays for when the origin fails.",
       {key_parameter, cache_parameter},
       {},
       json("Flag"),
       {Errc::invalid_key, Errc::invalid_argument, Errc::key_not_found}},
      {Method::post,
       "/api/admin/keys/{key}/persist",
       persist_key,
       Access::token,
       "persistKey",
       "Gives one entry the longest lifetime there is.",
       {key_parameter, cache_parameter},
       {},
       json("Flag"),
       {Errc::invalid_key, Errc::invalid_argument, Errc::key_not_found}},
      {Method::get,
       "/api/admin/explain",
       explain_key,
       Access::token,
       "explainKey",
       "Why a key is or is not in the cache, and what the next read of it does.",
       {{"key", Place::query, text_schema, "The key; required."}, cache_parameter},
       {},
       json("Explanation"),
       {Errc::invalid_key, Errc::invalid_argument}},
  };
}

std::vector<Route> daemon_routes() {
  return {
      {Method::post,
       "/api/admin/flush",
       flush,
       Access::token,
       "flush",
       "Invalidates everything in a cache.",
       {cache_parameter},
       {},
       json("Flag"),
       {Errc::invalid_argument, Errc::flush_disabled_in_production}},
      {Method::get,
       "/api/admin/info",
       show_daemon,
       Access::token,
       "showDaemon",
       "Version, uptime and connections of this daemon.",
       {},
       {},
       json("Daemon"),
       {Errc::invalid_argument}},
      {Method::get,
       "/api/admin/namespaces",
       show_namespaces,
       Access::token,
       "showNamespaces",
       "The namespaces and the caches they belong to.",
       {},
       {},
       json("Namespaces"),
       {Errc::invalid_argument}},
      {Method::get,
       "/api/admin/config",
       show_config,
       Access::token,
       "showConfig",
       "The settings in use, secrets withheld.",
       {},
       {},
       json("Object"),
       {Errc::invalid_argument}},
      {Method::get,
       "/api/openapi.json",
       show_openapi,
       Access::token,
       "showOpenApi",
       "This document.",
       {},
       {},
       json("Object"),
       {Errc::invalid_argument}},
  };
}

std::vector<Route> monitoring_routes() {
  return {
      {Method::get,
       "/metrics",
       show_metrics,
       Access::token,
       "showMetrics",
       "All metrics, for Prometheus; as OpenMetrics when Accept names it.",
       {},
       {},
       {{"text/plain", ""}, {"application/openmetrics-text", ""}},
       {Errc::invalid_argument}},
      {Method::get,
       "/health/live",
       show_liveness,
       Access::open,
       "showLiveness",
       "200 while the process runs.",
       {},
       {},
       json("Health"),
       {Errc::invalid_argument}},
      {Method::get,
       "/health/ready",
       show_readiness,
       Access::open,
       "showReadiness",
       "200 while requests are welcome, 503 while the daemon drains.",
       {},
       {},
       json("Health"),
       {Errc::invalid_argument}},
      {Method::get,
       "/health",
       show_health,
       Access::token,
       "showHealth",
       "State and latency of each tier; 503 while the daemon drains.",
       {},
       {},
       json("Health"),
       {Errc::invalid_argument}},
  };
}

}  // namespace

std::vector<Route> make_route_table() {
  std::vector<Route> routes;
  for (const auto& part : {entry_routes(), bulk_routes(), listing_routes(), key_routes(),
                           daemon_routes(), monitoring_routes()}) {
    routes.insert(routes.end(), part.begin(), part.end());
  }
  return routes;
}

}  // namespace nacre::server
