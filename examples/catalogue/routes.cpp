#include "routes.hpp"

#include <algorithm>
#include <exception>

#include "control_routes.hpp"
#include "product_json.hpp"
#include "product_routes.hpp"

namespace catalogue {
namespace {

constexpr Route routes[] = {
    {"GET", "/catalog/products/{id}", true, true, get_catalog_product},
    {"GET", "/tenants/{tenant}/products", true, true, get_products},
    {"GET", "/tenants/{tenant}/products/{id}", true, true, get_product},
    {"PUT", "/tenants/{tenant}/products/{id}", false, true, put_product},
    {"PATCH", "/tenants/{tenant}/products/{id}", false, true, patch_product},
    {"GET", "/tenants/{tenant}/categories", true, true, get_categories},
    {"GET", "/healthz", false, false, get_health},
    {"GET", "/control", false, false, get_control},
    {"PUT", "/control", false, false, put_control},
};

/// The captures when the path matches, else nullopt.
std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                   const std::vector<std::string>& segments) {
  std::vector<std::string> captures;
  for (const std::string& segment : segments) {
    if (pattern.empty()) return std::nullopt;
    pattern.remove_prefix(1);  // the slash
    const std::string_view expected = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(expected.size());
    if (expected.starts_with('{')) {
      captures.push_back(segment);
    } else if (expected != segment) {
      return std::nullopt;
    }
  }
  if (!pattern.empty()) return std::nullopt;
  return captures;
}

}  // namespace

std::span<const Route> route_table() {
  return routes;
}

std::optional<Match> find_route(const Request& request, Response& problem) {
  std::optional<Url> url = parse_url(request.target);
  if (!url) {
    problem = error_response(400, "bad_request", "the path holds a broken percent escape");
    return std::nullopt;
  }
  std::string allowed;
  for (std::size_t index = 0; index < std::size(routes); ++index) {
    auto captures = match_path(routes[index].pattern, url->segments);
    if (!captures) continue;
    if (routes[index].method == request.method) {
      return Match{.route_index = index, .url = std::move(*url), .captures = std::move(*captures)};
    }
    allowed.append(allowed.empty() ? "" : ", ").append(routes[index].method);
  }
  if (allowed.empty()) {
    problem = error_response(404, "not_found", "there is nothing at this path");
  } else {
    problem = error_response(405, "method_not_allowed", "this path takes " + allowed);
    problem.allow = allowed;
  }
  return std::nullopt;
}

Response answer(const Match& match, const Request& request, ProductStore& store, Control& control) {
  const Call call{request, match.url, match.captures, store, control};
  try {
    return apply_conditions(request, routes[match.route_index].answer(call));
  } catch (const InvalidBody& error) {
    return error_response(400, "bad_request", error.what());
  } catch (const std::exception& error) {
    return error_response(500, "internal", error.what());
  }
}

}  // namespace catalogue
