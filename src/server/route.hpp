// One route: what nacred answers, by which function, and how that is documented. From the one table
// of them come dispatching, the OpenAPI document and the tests' list of what must be tested.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "nacre/error.hpp"
#include "server/access_policy.hpp"
#include "server/backend.hpp"
#include "server/head_parser.hpp"
#include "server/message.hpp"
#include "server/reply.hpp"

namespace nacre::server {

/// A request on its way to the handler of its route. The views end when the handler returns.
struct Call {
  const Request& request;
  std::string_view path_parameter{};  ///< what stands for {key}, still percent-encoded
  std::shared_ptr<const Backend> backend{};
  Reply reply;
};

/// Answers through `call.reply`, at once or later. What it throws before it has moved the reply
/// becomes the answer. Must not block.
using RouteHandler = void (*)(Call& call);

/// Where a parameter stands.
enum class Place : std::uint8_t { path, query };

struct RouteParameter {
  std::string_view name{};
  Place place = Place::query;
  std::string_view schema{};  ///< a JSON schema
  std::string_view text{};    ///< one sentence
};

/// A media type and the name of its schema in components/schemas, or empty for bytes.
struct RouteContent {
  std::string_view media_type{};
  std::string_view schema{};
};

struct Route {
  Method method = Method::get;
  std::string_view path{};  ///< "/api/cache/entries/{key}": {key} is one whole segment
  RouteHandler handler = nullptr;
  Access access = Access::token;
  std::string_view operation{};  ///< unique name in the OpenAPI document
  std::string_view summary{};
  std::vector<RouteParameter> parameters{};
  std::vector<RouteContent> request{};
  std::vector<RouteContent> response{};
  std::vector<Errc> errors{};  ///< besides forbidden, unauthorized and internal
};

/// All routes of nacred.
std::vector<Route> make_route_table();

/// "GET", "PUT", "POST" or "DELETE".
std::string_view name_of(Method method) noexcept;

}  // namespace nacre::server
