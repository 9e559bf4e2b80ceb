#include "server/json_body.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <limits>
#include <unordered_set>

#include "nacre/error.hpp"

namespace nacre::server {
namespace {

namespace json = boost::json;
using boost::system::error_code;

// Watches a parse for names that come twice; everything else is the parser's own checks.
struct NameWatcher {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  std::vector<std::unordered_set<std::string>> names{};
  std::string name{};
  std::string repeated_name{};
  bool has_repeated_name = false;

  bool on_object_begin(error_code&) {
    names.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    names.pop_back();
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    name.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, error_code& error) {
    name.append(part.data(), part.size());
    if (!names.back().insert(name).second) {
      has_repeated_name = true;
      repeated_name = name;
      error = json::error::syntax;
      return false;
    }
    name.clear();
    return true;
  }
  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_string_part(json::string_view, std::size_t, error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error_code&) { return true; }
  bool on_double(double, json::string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }
};

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// The functions below walk over checked text, so they never meet its end inside a value.

std::size_t skip_blanks(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
  ++at;
  while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

std::size_t skip_value(std::string_view text, std::size_t at) noexcept {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      --depth;
      ++at;
    } else if (depth == 0 && (c == ',' || is_blank(c))) {
      return at;
    } else {
      ++at;
      continue;
    }
    if (depth == 0) return at;
  }
  return at;
}

}  // namespace

void check_json(std::string_view text, std::string_view what) {
  json::parse_options options;
  options.max_depth = max_json_depth;
  json::basic_parser<NameWatcher> parser(options);
  error_code error;
  const std::size_t parsed_bytes = parser.write_some(false, text.data(), text.size(), error);
  const std::string place = " at byte " + std::to_string(parsed_bytes);
  if (parser.handler().has_repeated_name) {
    throw Error(Errc::invalid_argument, std::string(what) + " has the name '" +
                                            parser.handler().repeated_name +
                                            "' twice in one object" + place);
  }
  if (error == json::error::too_deep) {
    throw Error(Errc::invalid_argument, std::string(what) + " nests deeper than " +
                                            std::to_string(max_json_depth) + " arrays and objects" +
                                            place);
  }
  if (error) {
    throw Error(Errc::invalid_argument,
                std::string(what) + " is not JSON: " + error.message() + place);
  }
  if (parsed_bytes != text.size()) {
    throw Error(Errc::invalid_argument,
                std::string(what) + " has more behind its JSON value" + place);
  }
}

JsonView::JsonView(std::string_view checked) noexcept : text_(checked) {
  while (is_blank(text_.front())) text_.remove_prefix(1);
  while (is_blank(text_.back())) text_.remove_suffix(1);
}

JsonView::Kind JsonView::kind() const noexcept {
  switch (text_.front()) {
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    default:
      return Kind::number;
  }
}

std::vector<std::pair<std::string, JsonView>> JsonView::members() const {
  std::vector<std::pair<std::string, JsonView>> members;
  std::size_t at = skip_blanks(text_, 1);
  while (text_[at] != '}') {
    const std::size_t name_end = skip_string(text_, at);
    std::string name = JsonView(text_.substr(at, name_end - at)).string();
    at = skip_blanks(text_, skip_blanks(text_, name_end) + 1);
    const std::size_t value_end = skip_value(text_, at);
    members.emplace_back(std::move(name), JsonView(text_.substr(at, value_end - at)));
    at = skip_blanks(text_, value_end);
    if (text_[at] == ',') at = skip_blanks(text_, at + 1);
  }
  return members;
}

std::vector<JsonView> JsonView::elements() const {
  std::vector<JsonView> elements;
  std::size_t at = skip_blanks(text_, 1);
  while (text_[at] != ']') {
    const std::size_t value_end = skip_value(text_, at);
    elements.emplace_back(text_.substr(at, value_end - at));
    at = skip_blanks(text_, value_end);
    if (text_[at] == ',') at = skip_blanks(text_, at + 1);
  }
  return elements;
}

std::string JsonView::string() const {
  const std::string_view content = text_.substr(1, text_.size() - 2);
  if (content.find('\\') == std::string_view::npos) return std::string(content);
  const json::value value = json::parse(json::string_view(text_.data(), text_.size()));
  return std::string(value.as_string().data(), value.as_string().size());
}

double JsonView::number() const noexcept {
  double number = 0;
  const auto result = std::from_chars(text_.data(), text_.data() + text_.size(), number);
  return result.ec == std::errc() ? number : std::numeric_limits<double>::infinity();
}

std::string_view name_of(JsonView::Kind kind) noexcept {
  switch (kind) {
    case JsonView::Kind::object:
      return "an object";
    case JsonView::Kind::array:
      return "an array";
    case JsonView::Kind::string:
      return "a string";
    case JsonView::Kind::number:
      return "a number";
    case JsonView::Kind::boolean:
      return "a boolean";
    case JsonView::Kind::null:
      break;
  }
  return "null";
}

}  // namespace nacre::server
