#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "codec/base64.hpp"
#include "codec/position.hpp"
#include "codec/rfc3339.hpp"
#include "nacre/json.hpp"

namespace nacre {

struct JsonWriter::State {
  std::string text{};
  Position position{Errc::serialization_failed};

  void before_value() {
    position.before_value();
    if (position.index() > 0 && !position.is_in_object()) text += ',';
  }

  void literal(std::string_view value) {
    before_value();
    text += value;
    position.after_value();
  }

  /// The shortest text that reads back as the same number.
  void number(auto value) {
    before_value();
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text.append(digits.data(), end.ptr);
    position.after_value();
  }

  void floating(auto value) {
    if (!std::isfinite(value)) {
      position.fail_next(std::isnan(value) ? "NaN has no JSON, only finite numbers have"
                                           : "infinity has no JSON, only finite numbers have");
    }
    number(value);
  }

  void string(std::string_view value) {
    if (!is_valid_utf8(value)) {
      position.fail_next(
          "the text is not UTF-8; bytes that are no text belong in a std::vector<std::byte>");
    }
    append_json_string(text, value);
  }

  void enter(char bracket, std::size_t count, bool is_object) {
    before_value();
    position.enter(count, is_object);
    text += bracket;
  }

  void leave(char bracket, bool is_object) {
    position.leave(is_object);
    text += bracket;
  }
};

JsonWriter::JsonWriter() : state_(std::make_unique<State>()) {}
JsonWriter::~JsonWriter() = default;

void JsonWriter::null() {
  state_->literal("null");
}

void JsonWriter::boolean(bool value) {
  state_->literal(value ? "true" : "false");
}

void JsonWriter::integer(std::int64_t value) {
  state_->number(value);
}

void JsonWriter::unsigned_integer(std::uint64_t value) {
  state_->number(value);
}

void JsonWriter::float32(float value) {
  state_->floating(value);
}

void JsonWriter::float64(double value) {
  state_->floating(value);
}

void JsonWriter::text(std::string_view value) {
  state_->before_value();
  state_->string(value);
  state_->position.after_value();
}

void JsonWriter::bytes(std::span<const std::byte> value) {
  state_->before_value();
  state_->text += '"';
  append_base64(state_->text, value);
  state_->text += '"';
  state_->position.after_value();
}

void JsonWriter::instant(Instant value) {
  const std::optional<std::string> time = format_rfc3339(value);
  if (!time) state_->position.fail_next("the time is outside the years 0 to 9999");
  state_->literal('"' + *time + '"');
}

void JsonWriter::begin_array(std::size_t count) {
  state_->enter('[', count, false);
}

void JsonWriter::end_array() {
  state_->leave(']', false);
}

void JsonWriter::begin_object(std::size_t count) {
  state_->enter('{', count, true);
}

void JsonWriter::field(std::string_view name) {
  key(name);
  state_->position.set_field(name);
}

void JsonWriter::key(std::string_view text) {
  state_->position.pass_key();
  if (state_->position.index() > 0) state_->text += ',';
  state_->string(text);
  state_->text += ':';
}

void JsonWriter::end_object() {
  state_->leave('}', true);
}

void JsonWriter::fail(std::string_view reason) const {
  state_->position.fail_next(reason);
}

std::string JsonWriter::take() {
  if (!state_->position.is_complete()) fail("the value was not written to its end");
  if (state_->text.size() > max_json_bytes) {
    throw Error(Errc::serialization_failed, "$: " + std::to_string(state_->text.size()) +
                                                " bytes of JSON are too long, at most " +
                                                std::to_string(max_json_bytes) + " are possible");
  }
  return std::move(state_->text);
}

}  // namespace nacre
