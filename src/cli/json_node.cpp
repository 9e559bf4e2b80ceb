#include "cli/json_node.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/failure.hpp"

namespace nacre::cli {
namespace {

namespace json = boost::json;

const json::value& as_value(const void* value) {
  return *static_cast<const json::value*>(value);
}

// On one line, as json::serialize but for numbers: that writes 0.5 as 5E-1. As deep as the parser
// allows: 32.
void append_json(std::string& out, const json::value& value) {
  if (value.is_double()) {
    out += fmt::format("{}", value.get_double());
  } else if (value.is_array()) {
    out += '[';
    for (const json::value& element : value.get_array()) {
      if (out.back() != '[') out += ',';
      append_json(out, element);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    for (const auto& [name, member] : value.get_object()) {
      if (out.back() != '{') out += ',';
      out += json::serialize(name) + ":";
      append_json(out, member);
    }
    out += '}';
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

struct JsonNode::Document {
  json::value root;
};

std::optional<JsonNode> JsonNode::try_parse(std::string_view text) {
  boost::system::error_code error;
  auto document = std::make_shared<Document>();
  document->root = json::parse(text, error);
  if (error) return std::nullopt;
  const json::value* root = &document->root;
  return JsonNode(std::move(document), root);
}

JsonNode JsonNode::parse(std::string_view text) {
  auto node = try_parse(text);
  if (!node) throw Failure(ExitCode::server_error, "cli.bad_answer", "the answer is not JSON");
  return *std::move(node);
}

bool JsonNode::is_null() const noexcept {
  return value_ != nullptr && as_value(value_).is_null();
}

bool JsonNode::is_object() const noexcept {
  return value_ != nullptr && as_value(value_).is_object();
}

bool JsonNode::is_array() const noexcept {
  return value_ != nullptr && as_value(value_).is_array();
}

bool JsonNode::is_string() const noexcept {
  return value_ != nullptr && as_value(value_).is_string();
}

JsonNode JsonNode::member(std::string_view name) const {
  if (!is_object()) return {};
  const json::value* found = as_value(value_).get_object().if_contains(name);
  return found == nullptr ? JsonNode() : JsonNode(document_, found);
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
  std::vector<std::pair<std::string, JsonNode>> all;
  if (!is_object()) return all;
  for (const auto& [name, value] : as_value(value_).get_object()) {
    all.emplace_back(name, JsonNode(document_, &value));
  }
  return all;
}

std::vector<JsonNode> JsonNode::elements() const {
  std::vector<JsonNode> all;
  if (!is_array()) return all;
  for (const json::value& value : as_value(value_).get_array()) {
    all.push_back(JsonNode(document_, &value));
  }
  return all;
}

std::string JsonNode::text() const {
  if (value_ == nullptr) return {};
  const json::value& value = as_value(value_);
  if (value.is_string()) return std::string(value.get_string());
  std::string text;
  append_json(text, value);
  return text;
}

std::optional<std::int64_t> JsonNode::integer() const {
  if (value_ == nullptr) return std::nullopt;
  boost::system::error_code error;
  const json::value& value = as_value(value_);
  if (!value.is_int64() && !value.is_uint64()) return std::nullopt;
  const auto number = value.to_number<std::int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

}  // namespace nacre::cli
