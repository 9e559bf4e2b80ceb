// How a type is laid out in nulls, numbers, texts, arrays and objects: written once, used by every
// structured format (nacre/json.hpp, nacre/messagepack.hpp).
//
// A format's header brings the types of the standard library, nacre/describe.hpp the structs and
// enums described with Boost.Describe. A type of your own that is neither:
//
//   template <>
//   struct nacre::Structure<Money> {
//     static void write(auto& out, const Money& money) { out.integer(money.cents); }
//     static Money read(auto& in) { return Money{in.integer()}; }
//   };
//
// Money can then be cached in every tier, alone and inside containers and described structs.
//
//   type                                     layout
//   bool, integers, float, double            true or false, number
//   std::string                              text, which must be UTF-8
//   std::vector of std::byte or uint8_t      bytes (MessagePack bin; in JSON a text in base64)
//   vector, array, list, deque, set,
//   unordered_set, pair, tuple               array
//   map, unordered_map                       object when the key is a std::string, else array of
//                                            [key, value]
//   optional, unique_ptr, shared_ptr         null or the value
//   variant                                  object with one member, named by the index of the
//                                            alternative: {"1": value}
//   std::monostate                           null
//   chrono duration                          number, counted in the unit of its type
//   chrono sys_time                          instant (MessagePack timestamp; in JSON a text of
//                                            RFC 3339: "2024-05-01T12:00:00.25Z")
//   described struct                         object by member name; unknown members are skipped,
//                                            missing ones keep the default of the struct
//   described enum                           text, the name of the enumerator
//
// `char` and other character types have no layout: as numbers they differ between machines.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#pragma GCC visibility push(default)

namespace nacre {

/// Arrays and objects inside each other, at most; what is deeper is neither written nor read.
inline constexpr std::size_t max_structure_depth = 32;

/// A point in time: seconds since 1970-01-01T00:00:00Z, and nanoseconds after that (below 1e9).
struct Instant {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  friend bool operator==(Instant, Instant) noexcept = default;
};

/// The layout of T. Specialise with `write(auto& out, const T&)` and `read(auto& in) -> T`.
///
/// `out` has null(), boolean(), integer(), unsigned_integer(), float32(), float64(), text(),
/// bytes(), instant(), begin_array(count) ... end_array(), begin_object(count), field(name) or
/// key(text) before each value, end_object(), and fail(reason).
///
/// `in` has the same as functions that return what they read, each of which throws where something
/// else stands; try_null(); begin_array() and begin_object(), which return the count; skip(), which
/// passes one value of any kind; and fail(reason), which blames the value read last. A text or
/// bytes that is returned is valid until the next call.
template <class T>
struct Structure;

/// Has a Structure.
template <class T>
concept Structured = requires { sizeof(Structure<T>); };

namespace detail {

template <class T>
concept CharacterType =
    std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept SignedInteger = std::signed_integral<T> && !CharacterType<T>;

template <class T>
concept UnsignedInteger = std::unsigned_integral<T> && !CharacterType<T> && !std::same_as<T, bool>;

template <class T, class Out>
void write_structure(Out& out, const T& value) {
  static_assert(Structured<T>,
                "nacre: this type has no layout; describe it with BOOST_DESCRIBE_STRUCT or "
                "BOOST_DESCRIBE_ENUM and include nacre/describe.hpp, or specialise "
                "nacre::Structure");
  Structure<T>::write(out, value);
}

template <class T, class In>
T read_structure(In& in) {
  static_assert(Structured<T>,
                "nacre: this type has no layout; describe it with BOOST_DESCRIBE_STRUCT or "
                "BOOST_DESCRIBE_ENUM and include nacre/describe.hpp, or specialise "
                "nacre::Structure");
  return Structure<T>::read(in);
}

/// Layouts that may be null themselves: an optional of one could not tell its two nulls apart.
template <class T>
inline constexpr bool may_be_null = false;

}  // namespace detail

template <>
struct Structure<bool> {
  static void write(auto& out, bool value) { out.boolean(value); }
  static bool read(auto& in) { return in.boolean(); }
};

template <detail::SignedInteger T>
struct Structure<T> {
  static void write(auto& out, T value) { out.integer(value); }
  static T read(auto& in) {
    return static_cast<T>(in.integer(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  }
};

template <detail::UnsignedInteger T>
struct Structure<T> {
  static void write(auto& out, T value) { out.unsigned_integer(value); }
  static T read(auto& in) {
    return static_cast<T>(in.unsigned_integer(std::numeric_limits<T>::max()));
  }
};

template <>
struct Structure<float> {
  static void write(auto& out, float value) { out.float32(value); }
  static float read(auto& in) { return in.float32(); }
};

template <>
struct Structure<double> {
  static void write(auto& out, double value) { out.float64(value); }
  static double read(auto& in) { return in.float64(); }
};

template <>
struct Structure<std::string> {
  static void write(auto& out, const std::string& value) { out.text(value); }
  static std::string read(auto& in) { return std::string(in.text()); }
};

}  // namespace nacre

#pragma GCC visibility pop
