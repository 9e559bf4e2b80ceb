#include "server/error_response.hpp"

#include "base/json_text.hpp"

namespace nacre::server {

void append_error(std::string& out, const Error& error) {
  out.append("{\"code\":");
  append_json_string(out, name_of(error.code()));
  out.append(",\"message\":");
  append_json_string(out, error.message());
  out.append(",\"details\":");
  if (error.details().empty()) {
    out.append("null");
  } else {
    out.push_back('{');
    for (const auto& [name, fact] : error.details()) {
      if (out.back() != '{') out.push_back(',');
      append_json_string(out, name);
      out.push_back(':');
      append_json_string(out, fact);
    }
    out.push_back('}');
  }
  out.push_back('}');
}

Response error_response(const Error& error) {
  return error_response(http_status_of(error.code()), error);
}

Response error_response(int status, const Error& error) {
  Response response;
  response.status = status;
  response.text = "{\"error\":";
  append_error(response.text, error);
  response.text.push_back('}');
  return response;
}

}  // namespace nacre::server
