// The outcome of reading text that people wrote: a value, or why there is none.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/check.hpp"

namespace nacre {

/// A value, or the reason that it could not be read. The reason is a clause that follows the name
/// of the field ("is negative; allowed are ..."), so that each caller can name its own field.
template <class Value>
class [[nodiscard]] Parsed {
 public:
  Parsed(Value value) : value_(std::move(value)) {}

  static Parsed failure(std::string reason) {
    Parsed parsed;
    parsed.reason_ = std::move(reason);
    return parsed;
  }

  explicit operator bool() const noexcept { return value_.has_value(); }

  const Value& value() const& {
    NACRE_CHECK(value_.has_value());
    return *value_;
  }

  Value value() && {
    NACRE_CHECK(value_.has_value());
    return std::move(*value_);
  }

  const Value& operator*() const& { return value(); }
  const Value* operator->() const { return &value(); }

  /// Empty when there is a value.
  const std::string& reason() const noexcept { return reason_; }

 private:
  Parsed() = default;

  std::optional<Value> value_;
  std::string reason_;
};

}  // namespace nacre
