#include "server/openapi.hpp"

#include <algorithm>
#include <map>

#include "base/json_text.hpp"
#include "nacre/error.hpp"
#include "nacre/version.hpp"
#include "server/message.hpp"
#include "server/openapi_schemas.hpp"

namespace nacre::server {
namespace {

void write_reference(JsonText& json, std::string_view schema) {
  json.begin_object();
  json.member("$ref", "#/components/schemas/" + std::string(schema));
  json.end_object();
}

void write_content(JsonText& json, const std::vector<RouteContent>& contents) {
  json.key("content").begin_object();
  for (const RouteContent& content : contents) {
    json.key(content.media_type).begin_object();
    if (!content.schema.empty()) {
      json.key("schema");
      write_reference(json, content.schema);
    }
    json.end_object();
  }
  json.end_object();
}

void write_parameters(JsonText& json, const Route& route) {
  if (route.parameters.empty()) return;
  json.key("parameters").begin_array();
  for (const RouteParameter& parameter : route.parameters) {
    json.begin_object();
    json.member("name", parameter.name);
    json.member("in", parameter.place == Place::path ? "path" : "query");
    json.member("required", parameter.place == Place::path);
    json.member("description", parameter.text);
    json.key("schema").raw_value(parameter.schema);
    json.end_object();
  }
  json.end_array();
}

std::vector<Errc> errors_of(const Route& route) {
  std::vector<Errc> errors = route.errors;
  errors.insert(errors.end(), {Errc::forbidden, Errc::internal});
  if (route.access == Access::token) errors.push_back(Errc::unauthorized);
  return errors;
}

// One response for each status; several codes may share it.
void write_responses(JsonText& json, const Route& route) {
  std::map<int, std::string> codes_by_status;
  for (const Errc code : errors_of(route)) {
    std::string& codes = codes_by_status[http_status_of(code)];
    if (!codes.empty()) codes += ", ";
    codes += name_of(code);
  }
  json.key("responses").begin_object();
  json.key("200").begin_object();
  json.member("description", "Done.");
  write_content(json, route.response);
  json.end_object();
  for (const auto& [status, codes] : codes_by_status) {
    json.key(std::to_string(status)).begin_object();
    json.member("description", codes);
    write_content(json, {{"application/json", "Error"}});
    json.end_object();
  }
  json.end_object();
}

void write_operation(JsonText& json, const Route& route) {
  std::string method(name_of(route.method));
  std::transform(method.begin(), method.end(), method.begin(),
                 [](char c) { return static_cast<char>(c + ('a' - 'A')); });
  json.key(method).begin_object();
  json.member("operationId", route.operation);
  json.member("summary", route.summary);
  write_parameters(json, route);
  if (!route.request.empty()) {
    json.key("requestBody").begin_object();
    json.member("required", true);
    write_content(json, route.request);
    json.end_object();
  }
  write_responses(json, route);
  json.key("security").begin_array();
  if (route.access == Access::token) {
    // Either: a server without a token asks for none.
    json.begin_object().end_object();
    json.begin_object().key("bearer").begin_array().end_array().end_object();
  }
  json.end_array().end_object();
}

}  // namespace

std::string render_openapi(const std::vector<Route>& routes) {
  JsonText json;
  json.begin_object();
  json.member("openapi", "3.1.0");
  json.key("info").begin_object();
  json.member("title", "nacred");
  json.member("version", version);
  json.member("summary", "The cache as a service.");
  json.key("license").begin_object().member("name", "MIT").member("identifier", "MIT");
  json.end_object().end_object();
  json.key("paths").begin_object();
  std::vector<std::string_view> written;
  for (const Route& route : routes) {
    if (std::find(written.begin(), written.end(), route.path) != written.end()) continue;
    written.push_back(route.path);
    json.key(route.path).begin_object();
    for (const Route& same : routes) {
      if (same.path == route.path) write_operation(json, same);
    }
    json.end_object();
  }
  json.end_object();
  json.key("components").begin_object();
  json.key("securitySchemes").begin_object().key("bearer").begin_object();
  json.member("type", "http").member("scheme", "bearer").end_object().end_object();
  json.key("schemas").begin_object();
  for (const OpenApiSchema& schema : openapi_schemas()) {
    json.key(schema.name).raw_value(schema.json);
  }
  json.end_object().end_object().end_object();
  return std::move(json).take();
}

}  // namespace nacre::server
