// Waiting for what only asking can tell: a server's answer, another process's state.
#pragma once

#include <poll.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace nacre::test {

/// Asks `is_true` until it is, every other millisecond, with the last exception of it counting as
/// "not yet". Throws std::runtime_error with `what` when `timeout` has passed.
template <class Condition>
void await(const std::string& what, Condition is_true,
           std::chrono::milliseconds timeout = std::chrono::seconds(15)) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::string reason;
  do {
    try {
      if (is_true()) return;
      reason = "not so";
    } catch (const std::exception& error) {
      reason = error.what();
    }
    ::poll(nullptr, 0, 2);
  } while (std::chrono::steady_clock::now() < deadline);
  throw std::runtime_error("waited for: " + what + "; last: " + reason);
}

}  // namespace nacre::test
