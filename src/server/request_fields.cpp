#include "server/request_fields.hpp"

#include <algorithm>
#include <charconv>

#include "base/text_units.hpp"
#include "server/media_type.hpp"
#include "tier/key.hpp"

namespace nacre::server {
namespace {

constexpr std::string_view duration_forms =
    "a number of seconds or a text such as \"250ms\" or \"5m\"";

Duration checked(std::string_view field, const Parsed<Duration>& parsed) {
  if (parsed) return *parsed;
  throw Error(Errc::invalid_argument, std::string(field) + " " + parsed.reason(),
              {{"field", std::string(field)}});
}

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

}  // namespace

Error wrong_field(std::string_view field, std::string_view trouble, std::string_view allowed) {
  std::string message(field);
  message.append(" ").append(trouble).append("; allowed: ").append(allowed);
  return {Errc::invalid_argument, message, {{"field", std::string(field)}}};
}

std::string read_path_key(std::string_view segment) {
  std::optional<std::string> key = decode_percent(segment);
  if (!key) {
    throw Error(Errc::invalid_key,
                "key: the path has a '%' that is not followed by two hexadecimal digits");
  }
  check_request_key(*key);
  return *std::move(key);
}

void check_request_key(std::string_view key) {
  check_key(key);
}

Duration read_duration(std::string_view field, std::string_view text) {
  return checked(field, parse_duration(text));
}

std::size_t read_count(std::string_view field, std::string_view text,
                       std::pair<std::size_t, std::size_t> min_and_max) {
  std::size_t count = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = result.ec == std::errc() && result.ptr == text.data() + text.size();
  if (is_number && count >= min_and_max.first && count <= min_and_max.second) return count;
  throw wrong_field(
      field, is_number ? "is out of range" : "is not a whole number",
      std::to_string(min_and_max.first) + " to " + std::to_string(min_and_max.second));
}

std::vector<std::string> read_list(std::string_view field, std::string_view text) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t comma = text.find(',');
    if (text.substr(0, comma).empty()) {
      throw wrong_field(field, "has an empty name", "names joined by commas");
    }
    names.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
  }
}

Options read_write_options(const QueryFields& query) {
  Options options;
  if (const std::string* ttl = query.find("ttl")) options.ttl = read_duration("ttl", *ttl);
  if (const std::string* swr = query.find("swr")) {
    options.stale_while_revalidate = read_duration("swr", *swr);
  }
  if (const std::string* sie = query.find("sie")) {
    options.stale_if_error = read_duration("sie", *sie);
  }
  if (const std::string* tags = query.find("tags")) options.tags = read_list("tags", *tags);
  return options;
}

JsonFields::JsonFields(JsonView value, std::string_view what,
                       std::span<const std::string_view> allowed)
    : what_(what) {
  if (value.kind() != JsonView::Kind::object) {
    throw wrong_field(what_, "is " + std::string(name_of(value.kind())), "an object");
  }
  members_ = value.members();
  for (const auto& [name, member] : members_) {
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
    throw Error(Errc::invalid_argument,
                what_ + ": unknown field '" + name + "'; allowed: " + joined(allowed),
                {{"field", name}});
  }
}

std::string JsonFields::full_name(std::string_view name) const {
  return what_ == "body" ? std::string(name) : what_ + "." + std::string(name);
}

const JsonView* JsonFields::find(std::string_view name) const noexcept {
  for (const auto& [member_name, value] : members_) {
    if (member_name == name) return &value;
  }
  return nullptr;
}

std::optional<std::string> JsonFields::find_string(std::string_view name) const {
  const JsonView* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind() == JsonView::Kind::string) return value->string();
  throw wrong_field(full_name(name), "is " + std::string(name_of(value->kind())), "a string");
}

std::optional<bool> JsonFields::find_boolean(std::string_view name) const {
  const JsonView* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind() == JsonView::Kind::boolean) return value->boolean();
  throw wrong_field(full_name(name), "is " + std::string(name_of(value->kind())), "true or false");
}

std::optional<Duration> JsonFields::find_duration(std::string_view name) const {
  const JsonView* value = find(name);
  if (value == nullptr) return std::nullopt;
  const std::string field = full_name(name);
  switch (value->kind()) {
    case JsonView::Kind::number:
      return checked(field, duration_from_seconds(value->number()));
    case JsonView::Kind::string:
      return read_duration(field, value->string());
    default:
      throw wrong_field(field, "is " + std::string(name_of(value->kind())), duration_forms);
  }
}

std::vector<std::string> JsonFields::find_strings(std::string_view name,
                                                  std::size_t max_count) const {
  std::vector<std::string> strings;
  if (!has(name)) return strings;
  for (const JsonView& element : array(name, max_count)) {
    if (element.kind() != JsonView::Kind::string) {
      throw wrong_field(full_name(name) + "[" + std::to_string(strings.size()) + "]",
                        "is " + std::string(name_of(element.kind())), "a string");
    }
    strings.push_back(element.string());
  }
  return strings;
}

std::vector<JsonView> JsonFields::array(std::string_view name, std::size_t max_count) const {
  const JsonView* value = find(name);
  const std::string allowed = "an array of 1 to " + std::to_string(max_count);
  if (value == nullptr) throw wrong_field(full_name(name), "is missing", allowed);
  if (value->kind() != JsonView::Kind::array) {
    throw wrong_field(full_name(name), "is " + std::string(name_of(value->kind())), allowed);
  }
  std::vector<JsonView> elements = value->elements();
  if (elements.empty() || elements.size() > max_count) {
    throw wrong_field(full_name(name), "has " + std::to_string(elements.size()) + " elements",
                      allowed);
  }
  return elements;
}

JsonFields read_json_body(std::string_view body, std::string_view content_type,
                          std::span<const std::string_view> allowed) {
  if (!content_type.empty() && !is_json_type(content_type)) {
    throw wrong_field("Content-Type", "is not one of JSON", "application/json");
  }
  check_json(body, "body");
  return {JsonView(body), "body", allowed};
}

}  // namespace nacre::server
