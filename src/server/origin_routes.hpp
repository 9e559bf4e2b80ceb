// What the REST handlers must know of origins: which keys have one, and how it is asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nacre/async_cache.hpp"
#include "nacre/options.hpp"
#include "nacre/value.hpp"

namespace nacre::server {

/// One rule of the config, ready to be used with AsyncCache::get_or_load.
struct OriginRoute {
  std::string match{};  ///< for people: "product:{id}"
  std::string url{};    ///< for people, with its captures: "http://127.0.0.1:3001/products/{id}"
  Options options{};
  AsyncLoader<Bytes> loader{};
};

/// All rules. Thread safe.
class OriginRoutes {
 public:
  virtual ~OriginRoutes() = default;

  /// The first rule that matches `key`, or nullptr; lives as long as this object. Must be quick: it
  /// is asked for every read.
  virtual const OriginRoute* find(std::string_view key) const = 0;
};

}  // namespace nacre::server
