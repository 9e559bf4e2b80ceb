// What is told of each request to whoever keeps the access log.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "nacre/clock.hpp"

namespace nacre::server {

/// One answered request. The views are valid during the call only. The path comes without its query
/// string, which may hold what must not be logged.
struct AccessRecord {
  std::string_view method{};
  std::string_view path{};
  std::string_view request_id{};
  std::string_view remote{};
  int status = 0;
  std::size_t body_bytes = 0;  ///< of the response
  Duration duration{};         ///< from the read that completed the request to the reply's writing
};

/// Called on the loop threads, also on several at once; must be quick and must not throw. Empty for
/// no access log, which then costs nothing.
using AccessLog = std::function<void(const AccessRecord&)>;

}  // namespace nacre::server
