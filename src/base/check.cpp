#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace nacre {

void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "nacre: check failed at %s:%d: %s\n", file, line, expression);
  std::fflush(stderr);
  std::abort();
}

void run_or_abort(const std::function<void()>& task, const char* where) noexcept {
  try {
    task();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nacre: a task of the %s threw: %s\n", where, error.what());
    std::fflush(stderr);
    std::abort();
  } catch (...) {
    std::fprintf(stderr, "nacre: a task of the %s threw what is no std::exception\n", where);
    std::fflush(stderr);
    std::abort();
  }
}

}  // namespace nacre
