// A request and an answer, as far as the routes care.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace catalogue {

struct Request {
  std::string method{};
  std::string target{};
  std::string tenant{};             ///< X-Tenant, or empty
  std::string if_none_match{};      ///< or empty
  std::string if_modified_since{};  ///< or empty
  std::string body{};
};

struct Response {
  int status = 200;
  std::string body{};                           ///< JSON; empty with 304
  std::string etag{};                           ///< with its quotes; empty: none
  std::optional<std::int64_t> last_modified{};  ///< seconds since 1970
  std::string allow{};                          ///< with 405: what the path understands
};

/// {"error": "<code>", "message": "..."} with this status.
Response error_response(int status, const std::string& code, const std::string& message);

/// The answer when the client may already have it: 304 without a body when If-None-Match, or else
/// If-Modified-Since, says so (RFC 9110, section 13.2.2). Any answer but a 200 is left alone.
Response apply_conditions(const Request& request, Response response);

/// A strong validator: a hash of the content, the same in every process.
std::string strong_etag(const std::string& content);

}  // namespace catalogue
