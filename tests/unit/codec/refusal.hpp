// What a codec says about bytes it refuses.
#pragma once

#include <functional>
#include <string>

#include "nacre/error.hpp"

namespace nacre {

/// The message of the Error that `action` throws; "nothing was thrown" when it does not.
inline std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.message();
  }
  return "nothing was thrown";
}

/// Its code; Errc::internal when nothing was thrown.
inline Errc code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return Errc::internal;
}

}  // namespace nacre
