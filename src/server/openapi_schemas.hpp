// The JSON schemas of what the API takes and gives.
#pragma once

#include <span>
#include <string_view>

namespace nacre::server {

struct OpenApiSchema {
  std::string_view name{};
  std::string_view json{};  ///< JSON Schema 2020-12
};

/// All schemas, in the order of their names. Static storage.
std::span<const OpenApiSchema> openapi_schemas() noexcept;

}  // namespace nacre::server
