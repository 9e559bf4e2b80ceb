// JSON (RFC 8259) as the format of values: the default for every type that has a layout.
//
//   struct Address { std::string city; int zip = 0; };
//   BOOST_DESCRIBE_STRUCT(Address, (), (city, zip))              // with nacre/describe.hpp
//
//   nacre::Json<Address>::encode({"Berlin", 10115});             // {"city":"Berlin","zip":10115}
//   nacre::Json<Address>::decode(R"({"city":"Bonn"})");          // zip keeps its default
//   nacre::Json<Address>::decode(R"({"zip":"x"})");              // throws Error:
//                                       // $.zip: expected an integer, found a string
//
// Nothing is to be done to have Codec<Address>: it is JSON. nacre/structure.hpp says how each type
// is laid out, nacre/messagepack.hpp is the smaller and faster format.
//
// Reading is strict: one value, valid UTF-8, no name twice in an object, nothing nested deeper than
// max_structure_depth, no comments, and a number must fit the type it is read into. Numbers are
// exact: what was written comes back bit for bit. NaN and infinities have no JSON and are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "nacre/codec.hpp"
#include "nacre/error.hpp"
#include "nacre/structure.hpp"
#include "nacre/structure_containers.hpp"
#include "nacre/structure_time.hpp"
#include "nacre/structure_wrappers.hpp"
#include "nacre/weight.hpp"

#pragma GCC visibility push(default)

namespace nacre {

/// A longer text is neither written nor read: 256 MiB - 1.
inline constexpr std::size_t max_json_bytes = (std::size_t{1} << 28U) - 1;

/// Writes one JSON value from begin to end. What cannot be written throws Error:
/// serialization_failed, which says where. The calls are those of nacre/structure.hpp.
class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void null();
  void boolean(bool value);
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void float32(float value);
  void float64(double value);
  void text(std::string_view value);
  void bytes(std::span<const std::byte> value);
  void instant(Instant value);

  void begin_array(std::size_t count);
  void end_array();
  void begin_object(std::size_t count);
  /// The name of the next member. field() is for names that the program knows: they appear in the
  /// messages of errors, keys do not.
  void field(std::string_view name);
  void key(std::string_view text);
  void end_object();

  [[noreturn]] void fail(std::string_view reason) const;

  /// The whole text, once the value is complete.
  std::string take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads one JSON value from begin to end. What is not JSON, or not what is asked for, throws
/// Error: deserialization_failed, which says where. Working memory: at most about 12 bytes for each
/// byte of text.
class JsonReader {
 public:
  /// Checks all of `text`, which must live as long as the reader.
  explicit JsonReader(std::string_view text);
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  /// Passes null and returns true, or leaves anything else.
  bool try_null();
  void null();
  bool boolean();
  std::int64_t integer(std::int64_t lowest = std::numeric_limits<std::int64_t>::min(),
                       std::int64_t highest = std::numeric_limits<std::int64_t>::max());
  std::uint64_t unsigned_integer(std::uint64_t highest = std::numeric_limits<std::uint64_t>::max());
  float float32();
  double float64();
  std::string_view text();
  std::span<const std::byte> bytes();
  Instant instant();

  /// How many elements follow.
  std::size_t begin_array();
  void begin_array_of(std::size_t count);
  void end_array();
  /// How many members follow; each is a key() and then a value.
  std::size_t begin_object();
  void begin_object_of(std::size_t count);
  std::string_view key();
  /// The key read last is this name, which the program knows: it may appear in messages.
  void at_field(std::string_view name);
  void end_object();

  /// Passes one value of any kind.
  void skip();

  /// Blames the value, or the key, that was read last.
  [[noreturn]] void fail(std::string_view reason) const;

  /// Throws unless the value has been read to its end.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The codec that writes T as JSON. It is the default; to say it anyway:
///
///   template <>
///   struct nacre::Codec<Address> : nacre::Json<Address> {};
template <class T>
struct Json {
  static constexpr Format format = Format::json;

  /// Raw bytes are what another program wrote to a shared store: they may be JSON.
  static constexpr bool accepts(Format stored) noexcept {
    return stored == Format::json || stored == Format::raw;
  }

  /// Throws Error: serialization_failed (NaN, infinity, text that is not UTF-8, too deep, too
  /// long).
  static std::string encode(const T& value) {
    JsonWriter out;
    detail::write_structure<T>(out, value);
    return out.take();
  }

  /// Throws Error: deserialization_failed.
  static T decode(std::string_view bytes) {
    JsonReader in(bytes);
    T value = detail::read_structure<T>(in);
    in.finish();
    return value;
  }
};

/// Whatever has a layout is JSON, unless its Codec is specialised.
template <Structured T>
struct Codec<T> : Json<T> {};

}  // namespace nacre

#pragma GCC visibility pop
