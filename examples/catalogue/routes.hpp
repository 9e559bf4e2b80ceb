// Which path is answered by what: the whole interface of the service, in one table.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control.hpp"
#include "messages.hpp"
#include "product_store.hpp"
#include "url.hpp"

namespace catalogue {

/// What a route is given.
struct Call {
  const Request& request;
  const Url& url;
  const std::vector<std::string>& captures;  ///< the path's {...} segments, in order
  ProductStore& store;
  Control& control;
};

struct Route {
  std::string_view method{};
  std::string_view pattern{};  ///< "{name}" stands for one segment
  bool is_read = false;        ///< reads get the configured latency and failures
  bool is_counted = false;     ///< operating the service is no use of it
  Response (*answer)(const Call& call) = nullptr;
};

std::span<const Route> route_table();

/// The route for a request, ready to run.
struct Match {
  std::size_t route_index = 0;
  Url url{};
  std::vector<std::string> captures{};
};

/// A Match, or in `problem` the 400, 404 or 405 to send instead.
std::optional<Match> find_route(const Request& request, Response& problem);

/// Runs the route. Never throws: what the handler throws becomes a 400 or a 500.
Response answer(const Match& match, const Request& request, ProductStore& store, Control& control);

}  // namespace catalogue
