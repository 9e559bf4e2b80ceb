// Callbacks that a shared tier calls.
//
// They use the Core by reference: the engine shuts the tier down before it lets the Core go, and
// after that the tier calls nothing any more. Who shuts it down must not be one of its own threads,
// which would wait for itself; hence the scope.
#pragma once

#include <utility>

namespace nacre {

/// This thread runs a callback of a shared tier while it lives.
class SharedCallScope {
 public:
  SharedCallScope() noexcept { ++depth_; }
  SharedCallScope(const SharedCallScope&) = delete;
  SharedCallScope& operator=(const SharedCallScope&) = delete;
  ~SharedCallScope() { --depth_; }

  static bool is_here() noexcept { return depth_ != 0; }

 private:
  // Thread-local because it asks what this thread is called by.
  static thread_local int depth_;
};

/// `callback`, to be given to a shared tier.
template <class F>
auto for_shared(F callback) {
  return [callback = std::move(callback)](auto reply) {
    const SharedCallScope scope;
    callback(std::move(reply));
  };
}

}  // namespace nacre
