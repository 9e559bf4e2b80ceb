// The OpenAPI 3.1 document of the routes.
#pragma once

#include <string>
#include <vector>

#include "server/route.hpp"

namespace nacre::server {

/// The document, as JSON. O(routes).
std::string render_openapi(const std::vector<Route>& routes);

}  // namespace nacre::server
