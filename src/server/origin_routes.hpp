// What the REST handlers must know of origins: which keys have one, and how it is asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nacre/async_cache.hpp"
#include "nacre/options.hpp"
#include "nacre/value.hpp"

namespace nacre::server {

/// One rule of the config, ready to be used with AsyncCache::get_or_load.
struct OriginRoute {
  std::string match{};  ///< for people: "product:{id}"
  std::string url{};    ///< for people, with its captures: "http://127.0.0.1:3001/products/{id}"
  Options options{};

  /// Asks on behalf of nobody in particular.
  AsyncLoader<Bytes> loader{};

  /// The rule sends fields of the caller's request: then a loader is made for each caller.
  bool passes_fields = false;
};

/// What the request that asks for a key says to its load. The views end with the call.
struct OriginCaller {
  std::string_view request_id{};
  std::string_view traceparent{};
  std::string_view tracestate{};
  std::optional<Duration> ttl{};  ///< in place of the rule's
};

/// All rules. Thread safe.
class OriginRoutes {
 public:
  virtual ~OriginRoutes() = default;

  /// The first rule that matches `key`, or nullptr; lives as long as this object. Must be quick: it
  /// is asked for every read.
  virtual const OriginRoute* find(std::string_view key) const = 0;

  /// A loader of `route`, which must be one of find()'s, for this caller.
  virtual AsyncLoader<Bytes> loader(const OriginRoute& route, const OriginCaller& caller) const = 0;
};

}  // namespace nacre::server
