// How values become bytes and back: the point where a user's own type plugs in.
//
//   template <>
//   struct nacre::Codec<Point> {
//     static constexpr nacre::Format format = nacre::Format::raw;
//     static std::string encode(const Point& point);       // may throw anything
//     static Point decode(std::string_view bytes);         // must throw on malformed bytes
//   };
//
// Numbers, containers, optional, variant and chrono have codecs in nacre/json.hpp and
// nacre/messagepack.hpp; structs and enums described with Boost.Describe in nacre/describe.hpp.
// A type without a codec can be cached in memory only.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "nacre/value.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// Specialise for a type of your own. Stateless; called from any thread.
template <class T>
struct Codec;

/// Has a Codec.
template <class T>
concept Encodable = requires(const T& value, std::string_view bytes) {
  { Codec<T>::format } -> std::convertible_to<Format>;
  { Codec<T>::encode(value) } -> std::convertible_to<std::string>;
  { Codec<T>::decode(bytes) } -> std::convertible_to<T>;
};

/// May be cached: an object type that can be moved in, or Bytes. Not a plain pointer or a view of
/// text: the entry would outlive what they point to.
template <class T>
concept Cacheable = std::same_as<T, Bytes> ||
                    (std::is_object_v<T> && !std::is_pointer_v<T> &&
                     !std::same_as<T, std::string_view> && !std::same_as<T, Value> &&
                     std::same_as<T, std::remove_cv_t<T>> && std::move_constructible<T> &&
                     std::is_nothrow_destructible_v<T> && alignof(T) <= alignof(detail::ValueCell));

/// A string is its bytes: it reads every format as it is.
template <>
struct Codec<std::string> {
  static constexpr Format format = Format::text;
  static constexpr bool accepts(Format) noexcept { return true; }
  static std::string encode(const std::string& value) { return value; }
  static std::string decode(std::string_view bytes) { return std::string(bytes); }
};

/// Bytes that an object owns beyond sizeof(T), for the memory budget. Specialise for a type that
/// owns memory: without that only sizeof(T) is counted. See nacre/describe.hpp for described ones.
template <class T>
struct Weight {
  static std::size_t owned_bytes(const T&) noexcept { return 0; }
};

namespace detail {

/// What an allocation of `bytes` takes from the heap: with 8 bytes of header, rounded up to 16, at
/// least 32 (glibc). 0 for none.
constexpr std::size_t heap_bytes(std::size_t bytes) noexcept {
  const std::size_t rounded = (bytes + 8 + 15) / 16 * 16;
  return bytes == 0 ? 0 : (rounded < 32 ? 32 : rounded);
}

}  // namespace detail

template <>
struct Weight<std::string> {
  static std::size_t owned_bytes(const std::string& value) noexcept {
    const bool is_inside = value.capacity() <= std::string().capacity();
    return is_inside ? 0 : detail::heap_bytes(value.capacity() + 1);
  }
};

namespace detail {

// Errors of this header. Those without a reason say why from the exception being handled;
// std::bad_alloc passes through them unchanged.
[[noreturn]] void throw_no_encoder(const std::type_info& type);
[[noreturn]] void throw_no_decoder(const std::type_info& type);
[[noreturn]] void throw_encode_failed(const std::type_info& type);
[[noreturn]] void throw_decode_failed(const std::type_info& type);
[[noreturn]] void throw_wrong_format(const std::type_info& type, Format stored);

template <class T>
void destroy_object(ValueCell* cell) noexcept {
  std::destroy_at(static_cast<T*>(static_cast<void*>(cell + 1)));
  cell->~ValueCell();
  ::operator delete(cell, std::align_val_t(alignof(ValueCell)));
}

template <class T>
std::string encode_object(const ValueCell* cell) {
  if constexpr (Encodable<T>) {
    try {
      return Codec<T>::encode(*static_cast<const T*>(cell->payload()));
    } catch (...) {
      throw_encode_failed(typeid(T));
    }
  } else {
    throw_no_encoder(typeid(T));
  }
}

template <class T>
constexpr Format format_of() noexcept {
  if constexpr (Encodable<T>) {
    return Codec<T>::format;
  } else {
    return Format::raw;
  }
}

template <class T>
inline constexpr ValueType value_type = {
    .type = &typeid(T),
    .format = format_of<T>(),
    .is_bytes = false,
    .destroy = &destroy_object<T>,
    .encode = &encode_object<T>,
};

template <class T>
constexpr bool accepts(Format stored) noexcept {
  if constexpr (requires { Codec<T>::accepts(stored); }) {
    return Codec<T>::accepts(stored);
  } else {
    return Codec<T>::format == stored;
  }
}

}  // namespace detail

/// Puts `object` into shared ownership. One allocation.
template <Cacheable T>
Value make_value(T object) {
  void* memory = ::operator new(sizeof(detail::ValueCell) + sizeof(T),
                                std::align_val_t(alignof(detail::ValueCell)));
  auto* cell = new (memory) detail::ValueCell;
  const std::size_t weight = sizeof(T) + Weight<T>::owned_bytes(object);
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  cell->payload_bytes = static_cast<std::uint32_t>(weight < most ? weight : most);
  cell->type = &detail::value_type<T>;
  try {
    new (cell + 1) T(std::move(object));
  } catch (...) {
    ::operator delete(memory, std::align_val_t(alignof(detail::ValueCell)));
    throw;
  }
  return Value::adopt(cell);
}

/// True when `value` already is a live T (or Bytes for T = Bytes), so that a Handle costs nothing.
template <Cacheable T>
bool holds(const Value& value) noexcept {
  if constexpr (std::same_as<T, Bytes>) {
    return value.is_bytes();
  } else {
    const detail::ValueType* type = value.cell()->type;
    return type == &detail::value_type<T> || (!type->is_bytes && *type->type == typeid(T));
  }
}

/// `value` as a T: itself when it is one, else decoded from its bytes into a new value.
/// Throws Error: deserialization_failed (bytes that are no T or of another format, no codec for T),
/// serialization_failed (a live object of another type that cannot be encoded).
template <Cacheable T>
Value convert(const Value& value) {
  if (holds<T>(value)) return value;
  if constexpr (std::same_as<T, Bytes>) {
    return value.encoded();
  } else if constexpr (Encodable<T>) {
    const Value encoded = value.encoded();
    if (!detail::accepts<T>(encoded.format())) {
      detail::throw_wrong_format(typeid(T), encoded.format());
    }
    try {
      return make_value<T>(Codec<T>::decode(encoded.bytes()));
    } catch (...) {
      detail::throw_decode_failed(typeid(T));
    }
  } else {
    detail::throw_no_decoder(typeid(T));
  }
}

}  // namespace nacre
#pragma GCC visibility pop
