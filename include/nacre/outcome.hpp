// The result of an operation that may fail, where throwing is not possible: a value or an Error.
#pragma once

#include <utility>
#include <variant>

#include "nacre/error.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// Nothing, as the value of an operation that only succeeds or fails.
struct Done {
  friend constexpr bool operator==(Done, Done) noexcept = default;
};

/// A T or the Error that took its place. What callbacks of asynchronous operations are given.
template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Outcome(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /// The value. Throws the Error when there is none.
  const T& value() const& {
    throw_if_error();
    return std::get<0>(content_);
  }
  T&& value() && {
    throw_if_error();
    return std::get<0>(std::move(content_));
  }

  /// The Error. Only when has_value() is false.
  const Error& error() const { return std::get<1>(content_); }

 private:
  void throw_if_error() const {
    if (!has_value()) throw std::get<1>(content_);
  }

  std::variant<T, Error> content_;
};

}  // namespace nacre
#pragma GCC visibility pop
