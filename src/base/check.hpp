// Invariants that stay on in release builds: a broken one stops the process at once.
//
// For what only a defect of nacre or a broken contract of its caller can cause. Bad input is an
// Error, an expected outcome is a value.
#pragma once

#include <functional>

namespace nacre {

/// Writes one line to stderr and aborts. `file` is a name without folders.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

/// Runs `task`, which must not throw: what it throws is written to stderr and aborts the process.
/// `where` names the runner, for example "thread pool".
void run_or_abort(const std::function<void()>& task, const char* where) noexcept;

}  // namespace nacre

/// Aborts with the expression and its place unless `condition` holds. One predicted branch.
#define NACRE_CHECK(condition)                                    \
  do {                                                            \
    if (!(condition)) [[unlikely]] {                              \
      ::nacre::check_failed(#condition, __FILE_NAME__, __LINE__); \
    }                                                             \
  } while (false)
