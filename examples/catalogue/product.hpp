// One thing a tenant sells, and the tenants there are.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {

inline constexpr std::array<std::string_view, 3> tenants{"acme", "globex", "initech"};

/// Whose catalogue /catalog/... shows when the request does not say.
inline constexpr std::string_view default_tenant = tenants[0];

struct Product {
  std::string id{};  ///< unique within its tenant
  std::string tenant{};
  std::string name{};
  std::string description{};
  std::int64_t price_cents = 0;
  std::string currency{};
  std::string category{};
  std::int64_t stock = 0;
  std::vector<std::string> tags{};
  std::string updated_at{};         ///< RFC 3339 in UTC, to the second
  std::int64_t updated_unix_s = 0;  ///< the same moment, for Last-Modified; set by the store
  std::int64_t version = 1;         ///< grows with every change; set by the store
};

}  // namespace catalogue
