// Runs a function when a block is left, however it is left.
//
//   const ScopeExit close_file([&] { ::close(fd); });
#pragma once

#include <type_traits>
#include <utility>

namespace nacre {

/// Calls its function once in its destructor, unless released. The function must not throw.
template <class Function>
  requires std::is_invocable_v<Function&>
class [[nodiscard]] ScopeExit {
 public:
  explicit ScopeExit(Function function) noexcept(std::is_nothrow_move_constructible_v<Function>)
      : function_(std::move(function)) {}
  ScopeExit(const ScopeExit&) = delete;
  ScopeExit& operator=(const ScopeExit&) = delete;
  ~ScopeExit() {
    if (is_armed_) function_();
  }

  /// The function will not be called.
  void release() noexcept { is_armed_ = false; }

 private:
  Function function_;
  bool is_armed_ = true;
};

}  // namespace nacre
