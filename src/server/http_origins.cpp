#include "server/http_origins.hpp"

#include <utility>

#include "http/origin_reader.hpp"

namespace nacre::server {
namespace {

OriginOptions options_of(const OriginSettings& settings) {
  OriginOptions options;
  options.match = settings.match;
  options.url = settings.url;
  options.tags = settings.tags;
  options.entry = settings.options;
  options.pass_headers = settings.pass_headers;
  options.is_conditional = settings.conditional;
  options.respect_cache_control = settings.respect_cache_control;
  for (const auto& [name, value] : settings.headers) options.headers.push_back({name, value});
  for (const auto& [name, path] : settings.header_files) {
    options.headers.push_back({name, read_secret_file(path)});
  }
  OriginConnectionOptions& connection = options.connection;
  connection.max_concurrent = settings.max_concurrent;
  connection.max_queued = settings.max_queued;
  connection.max_idle = settings.max_idle;
  connection.idle_timeout = settings.idle_timeout;
  connection.max_body_bytes = settings.max_body_bytes;
  connection.max_retries = settings.retries;
  connection.min_retry_delay = settings.min_retry_delay;
  connection.max_retry_delay = settings.max_retry_delay;
  connection.retry_budget = settings.retry_budget;
  connection.dns_ttl = settings.dns_ttl;
  connection.ca_file = settings.ca_file;
  return options;
}

OriginRules rules_of(const std::vector<OriginSettings>& settings) {
  std::vector<OriginOptions> options;
  options.reserve(settings.size());
  for (const OriginSettings& origin : settings) options.push_back(options_of(origin));
  return OriginRules(std::move(options));
}

class HttpOrigins final : public OriginRoutes {
 public:
  HttpOrigins(OriginRules rules, const OriginSurroundings& surroundings)
      : reader_(std::move(rules), surroundings.clock, surroundings.metrics, surroundings.random) {
    for (const OriginRule& rule : reader_.rules().all()) {
      routes_.push_back({.match = rule.options().match,
                         .url = rule.options().url,
                         .options = rule.options().entry,
                         .loader = reader_.loader(rule),
                         .passes_fields = !rule.options().pass_headers.empty()});
    }
  }

  const OriginRoute* find(std::string_view key) const override {
    const OriginRule* rule = reader_.find(key);
    return rule == nullptr ? nullptr : &routes_[index_of(*rule)];
  }

  AsyncLoader<Bytes> loader(const OriginRoute& route, const OriginCaller& caller) const override {
    const auto index = static_cast<std::size_t>(&route - routes_.data());
    CallerTerms terms;
    terms.ttl = caller.ttl;
    const auto pass = [&terms](const char* name, std::string_view value) {
      if (!value.empty()) terms.headers.emplace_back(name, std::string(value));
    };
    pass("x-request-id", caller.request_id);
    pass("traceparent", caller.traceparent);
    pass("tracestate", caller.tracestate);
    return reader_.loader(reader_.rules().all()[index], std::move(terms));
  }

 private:
  std::size_t index_of(const OriginRule& rule) const {
    return static_cast<std::size_t>(&rule - reader_.rules().all().data());
  }

  OriginReader reader_;
  std::vector<OriginRoute> routes_{};  // in the order of the reader's rules
};

}  // namespace

void check_origins(const std::vector<OriginSettings>& settings) {
  rules_of(settings);
}

std::shared_ptr<const OriginRoutes> connect_origins(const std::vector<OriginSettings>& settings,
                                                    const OriginSurroundings& surroundings) {
  if (settings.empty()) return nullptr;
  auto origins = std::make_unique<HttpOrigins>(rules_of(settings), surroundings);
  return {origins.release(), [executor = surroundings.executor](const HttpOrigins* ended) {
            // A stopped executor refuses: then the program ends, and its main thread is here.
            if (!executor->try_post([ended] { delete ended; })) delete ended;
          }};
}

}  // namespace nacre::server
