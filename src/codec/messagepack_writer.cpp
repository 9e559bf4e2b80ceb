// The encodings are those of the MessagePack specification, github.com/msgpack/msgpack, spec.md.
#include <bit>
#include <concepts>
#include <limits>
#include <utility>

#include "base/utf8.hpp"
#include "codec/position.hpp"
#include "nacre/messagepack.hpp"

namespace nacre {

struct MessagePackWriter::State {
  std::string bytes{};
  Position position{Errc::serialization_failed};

  void byte(unsigned value) { bytes += static_cast<char>(static_cast<unsigned char>(value)); }

  /// Most significant byte first.
  template <std::unsigned_integral Number>
  void big_endian(Number number) {
    for (std::size_t left = sizeof(Number); left > 0; --left) {
      byte(static_cast<unsigned>(number >> ((left - 1) * 8) & 0xFFU));
    }
  }

  template <std::unsigned_integral Number>
  void tagged(unsigned tag, Number number) {
    byte(tag);
    big_endian(number);
  }

  /// A length in the smallest of three encodings, the first of which some types do not have.
  struct LengthTags {
    unsigned of_8_bits = 0;
    unsigned of_16_bits = 0;
    unsigned of_32_bits = 0;
  };
  void length(LengthTags tags, std::size_t count) {
    if (tags.of_8_bits != 0 && count <= 0xFF) return tagged(tags.of_8_bits, std::uint8_t(count));
    if (count <= 0xFFFF) return tagged(tags.of_16_bits, std::uint16_t(count));
    if (count > std::numeric_limits<std::uint32_t>::max()) {
      position.fail_next("longer than 4 GiB - 1, which is the limit of MessagePack");
    }
    tagged(tags.of_32_bits, std::uint32_t(count));
  }

  void unsigned_integer(std::uint64_t value) {
    if (value <= 0x7F) return byte(static_cast<unsigned>(value));
    if (value <= 0xFF) return tagged(0xCC, std::uint8_t(value));
    if (value <= 0xFFFF) return tagged(0xCD, std::uint16_t(value));
    if (value <= 0xFFFF'FFFF) return tagged(0xCE, std::uint32_t(value));
    tagged(0xCF, value);
  }

  void negative_integer(std::int64_t value) {
    if (value >= -32) return byte(static_cast<unsigned>(value) & 0xFFU);
    if (std::in_range<std::int8_t>(value)) return tagged(0xD0, static_cast<std::uint8_t>(value));
    if (std::in_range<std::int16_t>(value)) return tagged(0xD1, static_cast<std::uint16_t>(value));
    if (std::in_range<std::int32_t>(value)) return tagged(0xD2, static_cast<std::uint32_t>(value));
    tagged(0xD3, static_cast<std::uint64_t>(value));
  }

  void text(std::string_view value) {
    if (!is_valid_utf8(value)) {
      position.fail_next(
          "the text is not UTF-8; bytes that are no text belong in a std::vector<std::byte>");
    }
    if (value.size() < 32) {
      byte(0xA0U | static_cast<unsigned>(value.size()));
    } else {
      length({0xD9, 0xDA, 0xDB}, value.size());
    }
    bytes += value;
  }
};

MessagePackWriter::MessagePackWriter() : state_(std::make_unique<State>()) {}
MessagePackWriter::~MessagePackWriter() = default;

void MessagePackWriter::null() {
  state_->position.before_value();
  state_->byte(0xC0);
  state_->position.after_value();
}

void MessagePackWriter::boolean(bool value) {
  state_->position.before_value();
  state_->byte(value ? 0xC3 : 0xC2);
  state_->position.after_value();
}

void MessagePackWriter::integer(std::int64_t value) {
  if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
  state_->position.before_value();
  state_->negative_integer(value);
  state_->position.after_value();
}

void MessagePackWriter::unsigned_integer(std::uint64_t value) {
  state_->position.before_value();
  state_->unsigned_integer(value);
  state_->position.after_value();
}

void MessagePackWriter::float32(float value) {
  state_->position.before_value();
  state_->tagged(0xCA, std::bit_cast<std::uint32_t>(value));
  state_->position.after_value();
}

void MessagePackWriter::float64(double value) {
  state_->position.before_value();
  state_->tagged(0xCB, std::bit_cast<std::uint64_t>(value));
  state_->position.after_value();
}

void MessagePackWriter::text(std::string_view value) {
  state_->position.before_value();
  state_->text(value);
  state_->position.after_value();
}

void MessagePackWriter::bytes(std::span<const std::byte> value) {
  state_->position.before_value();
  state_->length({0xC4, 0xC5, 0xC6}, value.size());
  state_->bytes.append(reinterpret_cast<const char*>(value.data()), value.size());
  state_->position.after_value();
}

void MessagePackWriter::instant(Instant value) {
  state_->position.before_value();
  const auto seconds = static_cast<std::uint64_t>(value.seconds);
  if (seconds >> 34U != 0) {  // timestamp 96: the only one for times before 1970
    state_->byte(0xC7);
    state_->byte(12);
    state_->byte(0xFF);
    state_->big_endian(value.nanoseconds);
    state_->big_endian(seconds);
  } else if (value.nanoseconds != 0 || seconds >> 32U != 0) {
    state_->byte(0xD7);
    state_->byte(0xFF);
    state_->big_endian(std::uint64_t{value.nanoseconds} << 34U | seconds);
  } else {
    state_->byte(0xD6);
    state_->byte(0xFF);
    state_->big_endian(static_cast<std::uint32_t>(seconds));
  }
  state_->position.after_value();
}

void MessagePackWriter::begin_array(std::size_t count) {
  state_->position.before_value();
  if (count < 16) {
    state_->byte(0x90U | static_cast<unsigned>(count));
  } else {
    state_->length({0, 0xDC, 0xDD}, count);
  }
  state_->position.enter(count, false);
}

void MessagePackWriter::end_array() {
  state_->position.leave(false);
}

void MessagePackWriter::begin_object(std::size_t count) {
  state_->position.before_value();
  if (count < 16) {
    state_->byte(0x80U | static_cast<unsigned>(count));
  } else {
    state_->length({0, 0xDE, 0xDF}, count);
  }
  state_->position.enter(count, true);
}

void MessagePackWriter::field(std::string_view name) {
  key(name);
  state_->position.set_field(name);
}

void MessagePackWriter::key(std::string_view text) {
  state_->position.pass_key();
  state_->text(text);
}

void MessagePackWriter::end_object() {
  state_->position.leave(true);
}

void MessagePackWriter::fail(std::string_view reason) const {
  state_->position.fail_next(reason);
}

std::string MessagePackWriter::take() {
  if (!state_->position.is_complete()) fail("the value was not written to its end");
  return std::move(state_->bytes);
}

}  // namespace nacre
