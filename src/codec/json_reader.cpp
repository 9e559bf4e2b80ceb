#include <charconv>
#include <optional>
#include <type_traits>
#include <vector>

#include "codec/base64.hpp"
#include "codec/json_tape.hpp"
#include "codec/position.hpp"
#include "codec/rfc3339.hpp"
#include "nacre/json.hpp"

namespace nacre {

namespace {

using Kind = JsonTape::Kind;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::truth:
    case Kind::untruth:
      return "a boolean";
    case Kind::number:
      return "a number";
    case Kind::text:
    case Kind::unescaped:
      return "a string";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
  }
  return "something else";
}

bool is_text(Kind kind) {
  return kind == Kind::text || kind == Kind::unescaped;
}

bool is_one_of(char character, std::string_view wanted) {
  return wanted.find(character) != std::string_view::npos;
}

std::string count_of(std::size_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace

struct JsonReader::State {
  explicit State(std::string_view json) : tape(json) {}

  JsonTape tape;
  std::size_t next = 0;
  Position position{Errc::deserialization_failed};
  std::vector<std::byte> bytes{};  ///< what bytes() has returned

  Kind kind() const {
    position.before_value();
    return tape.kind(next);
  }

  [[noreturn]] void expected(std::string_view what) const {
    position.fail_next("expected " + std::string(what) + ", found " +
                       std::string(name_of(tape.kind(next))));
  }

  void pass() {
    next = tape.after(next);
    position.after_value();
  }

  template <class Integer>
  Integer integer(Integer lowest, Integer highest) {
    if (kind() != Kind::number) expected("an integer");
    const std::string_view rest = tape.number(next);
    const std::string_view digits = rest.substr(0, rest.find_first_not_of("-0123456789"));
    if (digits.size() < rest.size() && is_one_of(rest[digits.size()], ".eE")) {
      position.fail_next("expected an integer, found a number with a fraction or an exponent");
    }
    Integer value = 0;
    const std::errc failure =
        std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
    // "-0" is a zero with a sign, also for those types that have none.
    const bool is_zero = digits == "-0";
    if (!is_zero && (failure != std::errc() || value < lowest || value > highest)) {
      position.fail_next("expected an integer from " + std::to_string(lowest) + " to " +
                         std::to_string(highest) + ", found one out of this range");
    }
    pass();
    return is_zero ? 0 : value;
  }

  template <class Floating>
  Floating floating() {
    if (kind() != Kind::number) expected("a number");
    const std::string_view digits = tape.number(next);
    Floating value = 0;
    const std::errc failure =
        std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
    if (failure != std::errc()) {
      position.fail_next("the number is out of the range of the type of the field");
    }
    pass();
    return value;
  }

  std::size_t enter(Kind wanted, std::string_view name, std::optional<std::size_t> count) {
    const bool is_object = wanted == Kind::object;
    const std::string_view noun = is_object ? "member" : "element";
    if (kind() != wanted) expected(name);
    const std::size_t found = tape.count(next);
    if (count && *count != found) {
      position.fail_next("expected " + std::string(name) + " of " + count_of(*count, noun) +
                         ", found " + count_of(found, noun));
    }
    position.enter(found, is_object);
    ++next;
    return found;
  }
};

JsonReader::JsonReader(std::string_view text) : state_(std::make_unique<State>(text)) {}
JsonReader::~JsonReader() = default;

bool JsonReader::try_null() {
  if (state_->kind() != Kind::null) return false;
  state_->pass();
  return true;
}

void JsonReader::null() {
  if (!try_null()) state_->expected("null");
}

bool JsonReader::boolean() {
  const Kind kind = state_->kind();
  if (kind != Kind::truth && kind != Kind::untruth) state_->expected("a boolean");
  state_->pass();
  return kind == Kind::truth;
}

std::int64_t JsonReader::integer(std::int64_t lowest, std::int64_t highest) {
  return state_->integer<std::int64_t>(lowest, highest);
}

std::uint64_t JsonReader::unsigned_integer(std::uint64_t highest) {
  return state_->integer<std::uint64_t>(0, highest);
}

float JsonReader::float32() {
  return state_->floating<float>();
}

double JsonReader::float64() {
  return state_->floating<double>();
}

std::string_view JsonReader::text() {
  if (!is_text(state_->kind())) state_->expected("a string");
  const std::string_view text = state_->tape.text(state_->next);
  state_->pass();
  return text;
}

std::span<const std::byte> JsonReader::bytes() {
  if (!is_text(state_->kind())) state_->expected("a string in base64");
  std::optional<std::vector<std::byte>> bytes = parse_base64(state_->tape.text(state_->next));
  if (!bytes) state_->position.fail_next("expected a string in base64, found another string");
  state_->bytes = std::move(*bytes);
  state_->pass();
  return state_->bytes;
}

Instant JsonReader::instant() {
  constexpr std::string_view wanted = "a time such as \"2024-05-01T12:00:00Z\" (RFC 3339)";
  if (!is_text(state_->kind())) state_->expected(wanted);
  const std::optional<Instant> instant = parse_rfc3339(state_->tape.text(state_->next));
  if (!instant) {
    state_->position.fail_next("expected " + std::string(wanted) + ", found another string");
  }
  state_->pass();
  return *instant;
}

std::size_t JsonReader::begin_array() {
  return state_->enter(Kind::array, "an array", std::nullopt);
}

void JsonReader::begin_array_of(std::size_t count) {
  state_->enter(Kind::array, "an array", count);
}

void JsonReader::end_array() {
  state_->position.leave(false);
}

std::size_t JsonReader::begin_object() {
  return state_->enter(Kind::object, "an object", std::nullopt);
}

void JsonReader::begin_object_of(std::size_t count) {
  state_->enter(Kind::object, "an object", count);
}

std::string_view JsonReader::key() {
  state_->position.pass_key();
  return state_->tape.text(state_->next++);
}

void JsonReader::at_field(std::string_view name) {
  state_->position.set_field(name);
}

void JsonReader::end_object() {
  state_->position.leave(true);
}

void JsonReader::skip() {
  state_->position.before_value();
  state_->pass();
}

void JsonReader::fail(std::string_view reason) const {
  state_->position.fail_last(reason);
}

void JsonReader::finish() {
  if (!state_->position.is_complete()) fail("the value was not read to its end");
}

}  // namespace nacre
