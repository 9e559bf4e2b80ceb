// Layout of optional, pointers, variant, pair and tuple.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "nacre/structure.hpp"

#pragma GCC visibility push(default)

namespace nacre {
namespace detail {

template <>
inline constexpr bool may_be_null<std::monostate> = true;
template <class T>
inline constexpr bool may_be_null<std::optional<T>> = true;
template <class T>
inline constexpr bool may_be_null<std::unique_ptr<T>> = true;
template <class T>
inline constexpr bool may_be_null<std::shared_ptr<T>> = true;

template <class T>
concept NullableContent =
    Structured<std::remove_const_t<T>> && !may_be_null<std::remove_const_t<T>>;

/// `make` takes the value and gives the wrapper that holds it.
template <class Wrapper, class T, Wrapper (*make)(T)>
struct NullableStructure {
  static void write(auto& out, const Wrapper& wrapper) {
    if (wrapper) {
      write_structure<T>(out, *wrapper);
    } else {
      out.null();
    }
  }
  static Wrapper read(auto& in) {
    if (in.try_null()) return Wrapper();
    return make(read_structure<T>(in));
  }
};

template <class T>
std::optional<T> make_optional_of(T value) {
  return std::optional<T>(std::move(value));
}
template <class T>
std::unique_ptr<T> make_unique_of(std::remove_const_t<T> value) {
  return std::make_unique<T>(std::move(value));
}
template <class T>
std::shared_ptr<T> make_shared_of(std::remove_const_t<T> value) {
  return std::make_shared<T>(std::move(value));
}

}  // namespace detail

template <>
struct Structure<std::monostate> {
  static void write(auto& out, std::monostate) { out.null(); }
  static std::monostate read(auto& in) {
    in.null();
    return {};
  }
};

template <detail::NullableContent T>
struct Structure<std::optional<T>>
    : detail::NullableStructure<std::optional<T>, T, &detail::make_optional_of<T>> {};

template <detail::NullableContent T>
struct Structure<std::unique_ptr<T>>
    : detail::NullableStructure<std::unique_ptr<T>, std::remove_const_t<T>,
                                &detail::make_unique_of<T>> {};

template <detail::NullableContent T>
struct Structure<std::shared_ptr<T>>
    : detail::NullableStructure<std::shared_ptr<T>, std::remove_const_t<T>,
                                &detail::make_shared_of<T>> {};

template <Structured... T>
struct Structure<std::variant<T...>> {
  using Variant = std::variant<T...>;

  static void write(auto& out, const Variant& variant) {
    if (variant.valueless_by_exception()) out.fail("the variant has lost its value");
    std::array<char, 8> name{};
    const auto end = std::to_chars(name.data(), name.data() + name.size(), variant.index());
    out.begin_object(1);
    out.field(std::string_view(name.data(), end.ptr));
    write_alternative(out, variant, std::index_sequence_for<T...>());
    out.end_object();
  }

  static Variant read(auto& in) {
    in.begin_object_of(1);
    const std::string name(in.key());
    std::size_t index = 0;
    const char* last = name.data() + name.size();
    const auto [end, failure] = std::from_chars(name.data(), last, index);
    const bool is_canonical = name == std::to_string(index);
    if (failure != std::errc() || end != last || !is_canonical || index >= sizeof...(T)) {
      in.fail("expected one member, named by an index from 0 to " +
              std::to_string(sizeof...(T) - 1));
    }
    in.at_field(name);
    std::optional<Variant> variant;
    read_alternative(in, index, variant, std::index_sequence_for<T...>());
    in.end_object();
    return std::move(*variant);
  }

 private:
  template <std::size_t... index>
  static void write_alternative(auto& out, const Variant& variant, std::index_sequence<index...>) {
    ((variant.index() == index ? detail::write_structure<T>(out, *std::get_if<index>(&variant))
                               : void()),
     ...);
  }

  template <std::size_t... index>
  static void read_alternative(auto& in, std::size_t wanted, std::optional<Variant>& variant,
                               std::index_sequence<index...>) {
    ((wanted == index
          ? void(variant.emplace(std::in_place_index<index>, detail::read_structure<T>(in)))
          : void()),
     ...);
  }
};

template <Structured First, Structured Second>
struct Structure<std::pair<First, Second>> {
  static void write(auto& out, const std::pair<First, Second>& pair) {
    out.begin_array(2);
    detail::write_structure<First>(out, pair.first);
    detail::write_structure<Second>(out, pair.second);
    out.end_array();
  }
  static std::pair<First, Second> read(auto& in) {
    in.begin_array_of(2);
    First first = detail::read_structure<First>(in);
    Second second = detail::read_structure<Second>(in);
    in.end_array();
    return {std::move(first), std::move(second)};
  }
};

template <Structured... T>
struct Structure<std::tuple<T...>> {
  static void write(auto& out, const std::tuple<T...>& tuple) {
    out.begin_array(sizeof...(T));
    std::apply([&out](const T&... element) { (detail::write_structure<T>(out, element), ...); },
               tuple);
    out.end_array();
  }
  static std::tuple<T...> read(auto& in) {
    in.begin_array_of(sizeof...(T));
    // Braces, because they alone evaluate from left to right.
    std::tuple<T...> tuple{detail::read_structure<T>(in)...};
    in.end_array();
    return tuple;
  }
};

}  // namespace nacre

#pragma GCC visibility pop
