// MessagePack (msgpack.org) as the format of values: smaller than JSON and about as readable to
// programs of every language. It is chosen for one type at a time:
//
//   struct Point { double x = 0; double y = 0; };
//   BOOST_DESCRIBE_STRUCT(Point, (), (x, y))                 // with nacre/describe.hpp
//
//   template <>
//   struct nacre::Codec<Point> : nacre::MessagePack<Point> {};
//
// nacre/structure.hpp says how each type is laid out: structs are maps by member name, so members
// may be added, removed and reordered between versions of a program.
//
// Writing uses the smallest encoding of each count, integer, text and timestamp. Reading takes
// every encoding, and is strict: one value, valid UTF-8 in texts, no member twice, nothing nested
// deeper than max_structure_depth, and a number must fit the type it is read into. A count is
// checked against the bytes that are left before anything is allocated for it.
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

/// Writes one MessagePack value from begin to end. What cannot be written throws Error:
/// serialization_failed, which says where. The calls are those of nacre/structure.hpp.
class MessagePackWriter {
 public:
  MessagePackWriter();
  ~MessagePackWriter();
  MessagePackWriter(const MessagePackWriter&) = delete;
  MessagePackWriter& operator=(const MessagePackWriter&) = delete;

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

  /// All bytes, once the value is complete.
  std::string take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads one MessagePack value from begin to end. What is not MessagePack, or not what is asked
/// for, throws Error: deserialization_failed, which says where. No working memory of its own.
class MessagePackReader {
 public:
  /// `bytes` must live as long as the reader.
  explicit MessagePackReader(std::string_view bytes);
  ~MessagePackReader();
  MessagePackReader(const MessagePackReader&) = delete;
  MessagePackReader& operator=(const MessagePackReader&) = delete;

  /// Passes nil and returns true, or leaves anything else.
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

/// The codec that writes T as MessagePack.
template <class T>
struct MessagePack {
  static constexpr Format format = Format::messagepack;

  /// Raw bytes are what another program wrote to a shared store: they may be MessagePack.
  static constexpr bool accepts(Format stored) noexcept {
    return stored == Format::messagepack || stored == Format::raw;
  }

  /// Throws Error: serialization_failed (text that is not UTF-8, too deep, too long).
  static std::string encode(const T& value) {
    MessagePackWriter out;
    detail::write_structure<T>(out, value);
    return out.take();
  }

  /// Throws Error: deserialization_failed.
  static T decode(std::string_view bytes) {
    MessagePackReader in(bytes);
    T value = detail::read_structure<T>(in);
    in.finish();
    return value;
  }
};

}  // namespace nacre

#pragma GCC visibility pop
