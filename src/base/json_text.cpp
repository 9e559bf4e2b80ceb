#include "base/json_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "base/check.hpp"
#include "base/utf8.hpp"

namespace nacre {
namespace {

// What may stand in a JSON string as it is, without a look at UTF-8.
bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

void append_character(std::string& out, const Utf8Step& step, std::string_view bytes) {
  switch (step.code_point) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const bool is_line_separator = step.code_point == 0x2028 || step.code_point == 0x2029;
  if (is_control_character(step.code_point) || is_line_separator) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(step.code_point));
  } else {
    out += step.is_valid ? bytes : replacement_character_utf8;
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain_bytes = 0;
    while (plain_bytes < text.size() && is_plain(text[plain_bytes])) ++plain_bytes;
    out += text.substr(0, plain_bytes);
    text.remove_prefix(plain_bytes);
    if (text.empty()) break;
    const Utf8Step step = first_utf8_step(text);
    append_character(out, step, text.substr(0, step.length_bytes));
    text.remove_prefix(step.length_bytes);
  }
  out += '"';
}

JsonText& JsonText::begin_object() {
  open('{', Scope::object);
  return *this;
}

JsonText& JsonText::end_object() {
  close('}', Scope::object);
  return *this;
}

JsonText& JsonText::begin_array() {
  open('[', Scope::array);
  return *this;
}

JsonText& JsonText::end_array() {
  close(']', Scope::array);
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  NACRE_CHECK(scope() == Scope::object);
  if (needs_comma_) text_ += ',';
  append_json_string(text_, name);
  text_ += ':';
  scope() = Scope::object_after_key;
  return *this;
}

JsonText& JsonText::value(std::string_view text) {
  before_value();
  append_json_string(text_, text);
  after_value();
  return *this;
}

JsonText& JsonText::value(std::nullptr_t) {
  return raw_value("null");
}

JsonText& JsonText::value(double number) {
  if (!std::isfinite(number)) return value(nullptr);
  return raw_value(fmt::format("{}", number));
}

JsonText& JsonText::raw_value(std::string_view json) {
  NACRE_CHECK(!json.empty());
  before_value();
  text_ += json;
  after_value();
  return *this;
}

std::string JsonText::take() && {
  NACRE_CHECK(depth_ == 0 && !text_.empty());
  return std::move(text_);
}

JsonText& JsonText::boolean(bool truth) {
  return raw_value(truth ? "true" : "false");
}

JsonText& JsonText::integer(std::int64_t number) {
  return raw_value(fmt::format_int(number).c_str());
}

JsonText& JsonText::natural(std::uint64_t number) {
  return raw_value(fmt::format_int(number).c_str());
}

void JsonText::before_value() {
  NACRE_CHECK(scope() != Scope::object);                     // a member needs its key first
  NACRE_CHECK(scope() != Scope::document || text_.empty());  // a document is one value
  if (scope() == Scope::array && needs_comma_) text_ += ',';
}

void JsonText::after_value() noexcept {
  if (scope() == Scope::object_after_key) scope() = Scope::object;
  needs_comma_ = true;
}

void JsonText::open(char bracket, Scope opened) {
  before_value();
  NACRE_CHECK(depth_ < max_depth);
  text_ += bracket;
  scopes_[++depth_] = opened;
  needs_comma_ = false;
}

void JsonText::close(char bracket, Scope closed) {
  NACRE_CHECK(depth_ > 0 && scope() == closed);
  text_ += bracket;
  --depth_;
  after_value();
}

}  // namespace nacre
