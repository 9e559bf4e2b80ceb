// The target of a request, taken apart: "/a/b%20c?x=1" is {"a", "b c"} and {x: "1"}.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {

struct Url {
  std::vector<std::string> segments{};
  std::map<std::string, std::string> query{};
};

/// Nullopt when a percent sign is not followed by two hexadecimal digits.
std::optional<Url> parse_url(std::string_view target);

}  // namespace catalogue
