#include "assembly/option_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text_units.hpp"
#include "base/utf8.hpp"

namespace nacre::assembly {
namespace {

using Value = Parsed<OptionValue>;

Value wrong_type(const ConfigNode& node) {
  return Value::failure(fmt::format("is {}", kind_of(node)));
}

// base/ says what is wrong and, after a semicolon, what every duration may be; the table knows what
// this one may be.
std::string trouble_of(std::string_view reason) {
  return std::string(reason.substr(0, reason.find(';')));
}

template <class T>
Value value_or_trouble(const Parsed<T>& parsed) {
  if (!parsed) return Value::failure(trouble_of(parsed.reason()));
  return OptionValue(*parsed);
}

Value natural_from(std::int64_t integer) {
  if (integer < 0) return Value::failure("is negative");
  return OptionValue(static_cast<std::uint64_t>(integer));
}

Value number_from(double number) {
  if (!std::isfinite(number)) return Value::failure("is not finite");
  return OptionValue(number);
}

Value text_from(std::string_view text) {
  if (!is_valid_utf8(text)) return Value::failure("is not valid UTF-8");
  if (has_control_characters(text)) return Value::failure("has control characters");
  return OptionValue(std::string(text));
}

Value duration_from_node(const ConfigNode& node) {
  if (const auto* integer = std::get_if<std::int64_t>(&node.content)) {
    return value_or_trouble(duration_from_seconds(static_cast<double>(*integer)));
  }
  if (const auto* number = std::get_if<double>(&node.content)) {
    return value_or_trouble(duration_from_seconds(*number));
  }
  if (const auto* text = std::get_if<std::string>(&node.content)) {
    return value_or_trouble(parse_duration(*text));
  }
  return wrong_type(node);
}

Value size_from_node(const ConfigNode& node) {
  if (const auto* integer = std::get_if<std::int64_t>(&node.content)) return natural_from(*integer);
  if (const auto* text = std::get_if<std::string>(&node.content)) {
    return value_or_trouble(parse_bytes(*text));
  }
  return wrong_type(node);
}

Value number_from_node(const ConfigNode& node) {
  if (const auto* integer = std::get_if<std::int64_t>(&node.content)) {
    return number_from(static_cast<double>(*integer));
  }
  if (const auto* number = std::get_if<double>(&node.content)) return number_from(*number);
  return wrong_type(node);
}

Value text_from_node(const ConfigNode& node) {
  const auto* text = std::get_if<std::string>(&node.content);
  return text != nullptr ? text_from(*text) : wrong_type(node);
}

Value list_from_node(const ConfigNode& node) {
  std::vector<std::string> list;
  if (const auto* text = std::get_if<std::string>(&node.content)) {
    Value element = text_from(*text);
    if (!element) return element;
    list.push_back(std::get<std::string>(std::move(element).value()));
    return OptionValue(std::move(list));
  }
  const auto* array = std::get_if<ConfigNode::Array>(&node.content);
  if (array == nullptr) return wrong_type(node);
  for (const ConfigNode& each : array->elements) {
    Value element = text_from_node(each);
    if (!element) {
      return Value::failure(fmt::format("element {} {}", list.size() + 1, element.reason()));
    }
    list.push_back(std::get<std::string>(std::move(element).value()));
  }
  return OptionValue(std::move(list));
}

Value map_from_node(const ConfigNode& node) {
  const auto* table = std::get_if<ConfigNode::Table>(&node.content);
  if (table == nullptr) return wrong_type(node);
  NamedTexts texts;
  for (const ConfigNode& entry : table->entries) {
    Value name = text_from(entry.key);
    if (!name) return Value::failure("a name in it " + name.reason());
    Value element = text_from_node(entry);
    if (!element) return Value::failure(fmt::format("\"{}\" {}", entry.key, element.reason()));
    texts.emplace_back(entry.key, std::get<std::string>(std::move(element).value()));
  }
  return OptionValue(std::move(texts));
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Value boolean_from_text(std::string_view text) {
  if (text == "true" || text == "1") return OptionValue(true);
  if (text == "false" || text == "0") return OptionValue(false);
  return Value::failure("is neither true nor false");
}

Value count_from_text(std::string_view text) {
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc::result_out_of_range) return Value::failure("is too large");
  if (error != std::errc{} || end != text.data() + text.size()) {
    return Value::failure("is not an integer");
  }
  return natural_from(integer);
}

Value number_from_text(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return Value::failure("is not a number");
  }
  return number_from(number);
}

Value list_from_text(std::string_view text) {
  std::vector<std::string> list;
  if (trimmed(text).empty()) return OptionValue(std::move(list));
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    Value element = text_from(trimmed(text.substr(begin, end - begin)));
    if (!element) return element;
    list.push_back(std::get<std::string>(std::move(element).value()));
    begin = end + 1;
  }
  return OptionValue(std::move(list));
}

// The value as the number that OptionRange limits.
double magnitude_of(const OptionValue& value) {
  struct Magnitude {
    double operator()(bool) const { return 0; }
    double operator()(std::uint64_t count) const { return static_cast<double>(count); }
    double operator()(double number) const { return number; }
    double operator()(Duration duration) const { return static_cast<double>(duration.count()); }
    double operator()(const std::string& text) const { return static_cast<double>(text.size()); }
    double operator()(const std::vector<std::string>& list) const {
      return static_cast<double>(list.size());
    }
    double operator()(const NamedTexts& texts) const { return static_cast<double>(texts.size()); }
  };
  return std::visit(Magnitude{}, value);
}

// A double holds our limits exactly, but not each nanosecond beside those of years.
bool is_longer(const OptionValue& value, double max) {
  const auto* duration = std::get_if<Duration>(&value);
  return duration != nullptr && duration->count() > static_cast<Duration::rep>(max);
}

std::string bound_text(OptionType type, double bound) {
  switch (type) {
    case OptionType::duration:
      return format_duration(Duration(static_cast<Duration::rep>(bound)));
    case OptionType::size:
      return format_bytes(static_cast<std::uint64_t>(bound));
    case OptionType::number:
      return fmt::format("{}", bound);
    default:
      return fmt::format("{}", static_cast<std::uint64_t>(bound));
  }
}

void append_quoted(std::string& out, std::string_view text) {
  append_json_string(out, text);
}

}  // namespace

std::string_view kind_of(const ConfigNode& node) noexcept {
  constexpr std::string_view kinds[] = {"a boolean", "an integer", "a number",      "a text",
                                        "an array",  "a table",    "a date or time"};
  return kinds[node.content.index()];
}

std::string_view name_of(OptionType type) noexcept {
  constexpr std::string_view names[] = {"boolean", "count", "size",      "duration",
                                        "number",  "text",  "text list", "table of texts"};
  return names[static_cast<std::size_t>(type)];
}

Parsed<OptionValue> value_from_node(OptionType type, const ConfigNode& node) {
  switch (type) {
    case OptionType::boolean:
      if (const auto* boolean = std::get_if<bool>(&node.content)) return OptionValue(*boolean);
      return wrong_type(node);
    case OptionType::count:
      if (const auto* integer = std::get_if<std::int64_t>(&node.content)) {
        return natural_from(*integer);
      }
      return wrong_type(node);
    case OptionType::size:
      return size_from_node(node);
    case OptionType::duration:
      return duration_from_node(node);
    case OptionType::number:
      return number_from_node(node);
    case OptionType::text:
      return text_from_node(node);
    case OptionType::text_list:
      return list_from_node(node);
    case OptionType::text_map:
      return map_from_node(node);
  }
  return wrong_type(node);
}

Parsed<OptionValue> value_from_text(OptionType type, std::string_view text) {
  switch (type) {
    case OptionType::boolean:
      return boolean_from_text(trimmed(text));
    case OptionType::count:
      return count_from_text(trimmed(text));
    case OptionType::size:
      return value_or_trouble(parse_bytes(trimmed(text)));
    case OptionType::duration:
      return value_or_trouble(parse_duration(trimmed(text)));
    case OptionType::number:
      return number_from_text(trimmed(text));
    case OptionType::text:
      return text_from(text);
    case OptionType::text_list:
      return list_from_text(text);
    case OptionType::text_map:
      break;
  }
  return Value::failure("can be given in the file only");
}

std::optional<std::string> range_trouble(OptionType type, const OptionRange& range,
                                         const OptionValue& value) {
  if (type == OptionType::boolean) return std::nullopt;
  const double magnitude = magnitude_of(value);
  if (magnitude == 0 && range.is_zero_allowed) return std::nullopt;
  const bool is_more = magnitude > range.max || is_longer(value, range.max);
  if (magnitude >= range.min && !is_more) return std::nullopt;
  switch (type) {
    case OptionType::text:
      if (magnitude == 0) return "is empty";
      return is_more ? "is too long" : "is too short";
    case OptionType::text_list:
    case OptionType::text_map:
      if (magnitude == 0) return "is empty";
      return fmt::format("has {} elements", bound_text(type, magnitude));
    default:
      return fmt::format("{} is out of range", toml_text(type, value));
  }
}

std::string allowed_text(OptionType type, const OptionRange& range) {
  if (type == OptionType::boolean) return "true or false";
  std::string text =
      fmt::format("{} to {}", bound_text(type, range.min), bound_text(type, range.max));
  if (range.min == 0 && type == OptionType::text) {
    text = "at most " + bound_text(type, range.max);
  }
  switch (type) {
    case OptionType::text:
      return text + " bytes of text";
    case OptionType::text_list:
      return text + " texts";
    case OptionType::text_map:
      return text + " names with texts";
    default:
      return range.is_zero_allowed && range.min > 0 ? "0 or " + text : text;
  }
}

std::string toml_text(OptionType type, const OptionValue& value) {
  std::string out;
  switch (type) {
    case OptionType::boolean:
      return std::get<bool>(value) ? "true" : "false";
    case OptionType::count:
      return fmt::format("{}", std::get<std::uint64_t>(value));
    case OptionType::size:
      return fmt::format("\"{}\"", format_bytes(std::get<std::uint64_t>(value)));
    case OptionType::duration:
      return fmt::format("\"{}\"", format_duration(std::get<Duration>(value)));
    case OptionType::number:
      return fmt::format("{}", std::get<double>(value));
    case OptionType::text:
      append_quoted(out, std::get<std::string>(value));
      return out;
    case OptionType::text_list:
      for (const std::string& text : std::get<std::vector<std::string>>(value)) {
        out += out.empty() ? "" : ", ";
        append_quoted(out, text);
      }
      return "[" + out + "]";
    case OptionType::text_map:
      for (const auto& [name, text] : std::get<NamedTexts>(value)) {
        out += out.empty() ? "" : ", ";
        append_quoted(out, name);
        out += " = ";
        append_quoted(out, text);
      }
      return out.empty() ? "{}" : "{ " + out + " }";
  }
  return out;
}

void write_json(JsonText& json, OptionType type, const OptionValue& value) {
  if (type != OptionType::text_map) {
    json.raw_value(toml_text(type, value));  // the two agree on all other types
    return;
  }
  json.begin_object();
  for (const auto& [name, text] : std::get<NamedTexts>(value)) json.member(name, text);
  json.end_object();
}

}  // namespace nacre::assembly
