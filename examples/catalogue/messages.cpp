#include "messages.hpp"

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <string_view>

#include "http_date.hpp"

namespace catalogue {
namespace {

/// Whether a list like `"a", W/"b"` names this validator; a weak one with the same text will do.
bool names(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
    item = item.substr(0, item.find_last_not_of(" \t") + 1);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == "*" || item == etag) return true;
  }
  return false;
}

bool client_has_it(const Request& request, const Response& response) {
  if (!request.if_none_match.empty()) return names(request.if_none_match, response.etag);
  const auto since = parse_http_date(request.if_modified_since);
  return since && response.last_modified && *response.last_modified <= *since;
}

}  // namespace

Response error_response(int status, const std::string& code, const std::string& message) {
  const boost::json::object body{{"error", code}, {"message", message}};
  return {.status = status, .body = boost::json::serialize(body)};
}

Response apply_conditions(const Request& request, Response response) {
  if (response.status != 200 || response.etag.empty() || !client_has_it(request, response)) {
    return response;
  }
  response.status = 304;
  response.body.clear();
  return response;
}

std::string strong_etag(const std::string& content) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bits
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "\"%016llx\"", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace catalogue
