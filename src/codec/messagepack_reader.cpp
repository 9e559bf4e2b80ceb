#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/utf8.hpp"
#include "codec/messagepack_head.hpp"
#include "codec/position.hpp"
#include "nacre/messagepack.hpp"

namespace nacre {

namespace {

using Kind = MessagePackHead::Kind;

constexpr std::int8_t timestamp_type = -1;

std::string count_of(std::size_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

/// The three layouts of the timestamp extension. nullopt for another length or too many
/// nanoseconds.
std::optional<Instant> parse_timestamp(std::string_view content) {
  Instant instant;
  if (content.size() == 4) {
    instant.seconds = static_cast<std::int64_t>(big_endian(content));
  } else if (content.size() == 8) {
    const std::uint64_t both = big_endian(content);
    instant.nanoseconds = static_cast<std::uint32_t>(both >> 34U);
    instant.seconds = static_cast<std::int64_t>(both & ((std::uint64_t{1} << 34U) - 1));
  } else if (content.size() == 12) {
    instant.nanoseconds = static_cast<std::uint32_t>(big_endian(content.substr(0, 4)));
    instant.seconds = static_cast<std::int64_t>(big_endian(content.substr(4)));
  } else {
    return std::nullopt;
  }
  if (instant.nanoseconds >= 1'000'000'000) return std::nullopt;
  return instant;
}

}  // namespace

struct MessagePackReader::State {
  std::string_view rest;
  Position position{Errc::deserialization_failed};

  /// Of the value, or key, that comes next; whole, whatever it announces.
  MessagePackHead head() const {
    const MessagePackHead head = read_messagepack_head(rest);
    if (head.kind == Kind::truncated) position.fail_next("the bytes end inside the value");
    if (head.kind == Kind::invalid) position.fail_next("found " + std::string(head.name()));
    return head;
  }

  MessagePackHead value_head() const {
    position.before_value();
    return head();
  }

  [[noreturn]] void expected(std::string_view what, const MessagePackHead& found) const {
    position.fail_next("expected " + std::string(what) + ", found " + std::string(found.name()));
  }

  /// Passes the head and what belongs to it, which is returned.
  std::string_view pass(const MessagePackHead& head) {
    const std::size_t content_bytes = head.has_content() ? head.number : 0;
    const std::string_view content = rest.substr(head.head_bytes, content_bytes);
    rest.remove_prefix(head.head_bytes + content_bytes);
    return content;
  }

  std::string_view pass_value(const MessagePackHead& head) {
    const std::string_view content = pass(head);
    position.after_value();
    return content;
  }

  void check_text(std::string_view text) const {
    if (!is_valid_utf8(text)) position.fail_next("found a string that is not UTF-8");
  }

  [[noreturn]] void out_of_range(const std::string& lowest, const std::string& highest) const {
    position.fail_next("expected an integer from " + lowest + " to " + highest +
                       ", found one out of this range");
  }

  /// Passes all that is inside an array or map whose head was passed. Keys may be of any kind.
  void skip_inside(const MessagePackHead& outer) {
    // Values still to come in each open array or map, from the outside in.
    std::array<std::uint64_t, max_structure_depth> left{};
    std::size_t depth = position.depth();
    const std::size_t outer_depth = depth;
    const auto open = [&](const MessagePackHead& head) {
      if (depth == max_structure_depth) position.fail_too_deep();
      left[depth++] = head.kind == Kind::map ? head.number * 2 : head.number;
    };
    open(outer);
    while (depth > outer_depth) {
      if (left[depth - 1] == 0) {
        --depth;
        continue;
      }
      --left[depth - 1];
      const MessagePackHead next = head();
      pass(next);
      if (next.kind == Kind::array || next.kind == Kind::map) open(next);
    }
  }

  double floating() {
    const MessagePackHead head = value_head();
    double value = 0;
    switch (head.kind) {
      case Kind::natural:
        value = static_cast<double>(head.number);
        break;
      case Kind::negative:
        value = static_cast<double>(static_cast<std::int64_t>(head.number));
        break;
      case Kind::float32:
        value = double{std::bit_cast<float>(static_cast<std::uint32_t>(head.number))};
        break;
      case Kind::float64:
        value = std::bit_cast<double>(head.number);
        break;
      default:
        expected("a number", head);
    }
    pass_value(head);
    return value;
  }

  std::size_t enter(Kind wanted, std::optional<std::size_t> count) {
    const bool is_object = wanted == Kind::map;
    const std::string name = is_object ? "a map" : "an array";
    const std::string_view noun = is_object ? "member" : "element";
    const MessagePackHead head = value_head();
    if (head.kind != wanted) expected(name, head);
    if (count && *count != head.number) {
      position.fail_next("expected " + name + " of " + count_of(*count, noun) + ", found " +
                         count_of(head.number, noun));
    }
    position.enter(head.number, is_object);
    pass(head);
    return head.number;
  }
};

MessagePackReader::MessagePackReader(std::string_view bytes)
    : state_(std::make_unique<State>(State{bytes})) {}
MessagePackReader::~MessagePackReader() = default;

bool MessagePackReader::try_null() {
  const MessagePackHead head = state_->value_head();
  if (head.kind != Kind::nil) return false;
  state_->pass_value(head);
  return true;
}

void MessagePackReader::null() {
  if (!try_null()) state_->expected("nil", state_->value_head());
}

bool MessagePackReader::boolean() {
  const MessagePackHead head = state_->value_head();
  if (head.kind != Kind::boolean) state_->expected("a boolean", head);
  state_->pass_value(head);
  return head.number != 0;
}

std::int64_t MessagePackReader::integer(std::int64_t lowest, std::int64_t highest) {
  const MessagePackHead head = state_->value_head();
  const bool is_negative = head.kind == Kind::negative;
  if (!is_negative && head.kind != Kind::natural) state_->expected("an integer", head);
  const auto value = static_cast<std::int64_t>(head.number);
  const bool fits = is_negative || std::in_range<std::int64_t>(head.number);
  if (!fits || value < lowest || value > highest) {
    state_->out_of_range(std::to_string(lowest), std::to_string(highest));
  }
  state_->pass_value(head);
  return value;
}

std::uint64_t MessagePackReader::unsigned_integer(std::uint64_t highest) {
  const MessagePackHead head = state_->value_head();
  const bool is_negative = head.kind == Kind::negative;
  if (!is_negative && head.kind != Kind::natural) state_->expected("an integer", head);
  if (is_negative || head.number > highest) state_->out_of_range("0", std::to_string(highest));
  state_->pass_value(head);
  return head.number;
}

float MessagePackReader::float32() {
  const double value = state_->floating();
  if (std::isfinite(value) && std::abs(value) > std::numeric_limits<float>::max()) {
    fail("the number is out of the range of the type of the field");
  }
  return static_cast<float>(value);
}

double MessagePackReader::float64() {
  return state_->floating();
}

std::string_view MessagePackReader::text() {
  const MessagePackHead head = state_->value_head();
  if (head.kind != Kind::text) state_->expected("a string", head);
  state_->check_text(state_->rest.substr(head.head_bytes, head.number));
  return state_->pass_value(head);
}

std::span<const std::byte> MessagePackReader::bytes() {
  const MessagePackHead head = state_->value_head();
  if (head.kind != Kind::bytes) state_->expected("bytes", head);
  const std::string_view content = state_->pass_value(head);
  return std::as_bytes(std::span(content));
}

Instant MessagePackReader::instant() {
  const MessagePackHead head = state_->value_head();
  const bool is_timestamp = head.kind == Kind::extension && head.extension_type == timestamp_type;
  if (!is_timestamp) state_->expected("a timestamp", head);
  const std::optional<Instant> instant =
      parse_timestamp(state_->rest.substr(head.head_bytes, head.number));
  if (!instant) {
    state_->position.fail_next(
        "expected a timestamp of 4, 8 or 12 bytes with fewer than 1000000000 nanoseconds");
  }
  state_->pass_value(head);
  return *instant;
}

std::size_t MessagePackReader::begin_array() {
  return state_->enter(Kind::array, std::nullopt);
}

void MessagePackReader::begin_array_of(std::size_t count) {
  state_->enter(Kind::array, count);
}

void MessagePackReader::end_array() {
  state_->position.leave(false);
}

std::size_t MessagePackReader::begin_object() {
  return state_->enter(Kind::map, std::nullopt);
}

void MessagePackReader::begin_object_of(std::size_t count) {
  state_->enter(Kind::map, count);
}

std::string_view MessagePackReader::key() {
  state_->position.pass_key();
  const MessagePackHead head = state_->head();
  if (head.kind != Kind::text) state_->expected("a string as key", head);
  const std::string_view key = state_->pass(head);
  state_->check_text(key);
  return key;
}

void MessagePackReader::at_field(std::string_view name) {
  state_->position.set_field(name);
}

void MessagePackReader::end_object() {
  state_->position.leave(true);
}

void MessagePackReader::skip() {
  const MessagePackHead head = state_->value_head();
  state_->pass(head);
  if (head.kind == Kind::array || head.kind == Kind::map) state_->skip_inside(head);
  state_->position.after_value();
}

void MessagePackReader::fail(std::string_view reason) const {
  state_->position.fail_last(reason);
}

void MessagePackReader::finish() {
  if (!state_->position.is_complete()) fail("the value was not read to its end");
  if (!state_->rest.empty()) fail("there is more after the value");
}

}  // namespace nacre
