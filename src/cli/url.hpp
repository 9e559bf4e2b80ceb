// Addresses of nacred and of what is in it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/parsed.hpp"

namespace nacre::cli {

/// Where nacred is: "http://127.0.0.1:3000", "http://[::1]:3000/behind/a/proxy".
struct ServerUrl {
  std::string host{};  ///< without brackets
  std::string port = "80";
  std::string path{};  ///< what comes before /api; empty, or begins with '/' and does not end so

  /// What the Host field says.
  std::string authority() const;
};

Parsed<ServerUrl> parse_server_url(std::string_view text);

/// Any bytes as one path segment or query value: all but letters, digits and "-._~" is escaped.
std::string percent_encode(std::string_view text);

/// "?a=1&b=2" from names and values; without those whose value is empty. "" when none is left.
std::string query_string(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace nacre::cli
