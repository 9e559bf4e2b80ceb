// Which loader waits for which load, so that loaders which wait for each other are found before
// they wait: the wait-for graph of Holt, "Some Deadlock Properties of Computer Systems", ACM
// Computing Surveys 4(3), 1972. A loader waits for one load at a time, so the graph is a set of
// chains, and following one of them finds every circle that a new wait would close.
//
// It knows what a loader waits for on the thread that the cache called it on, in the same cache.
// What it waits for elsewhere (a thread of its own, a callback, another cache) it does not see:
// such a circle ends with load_timeout.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "base/mutex.hpp"
#include "cache/flight.hpp"

namespace nacre {

class Loads;

/// Loaders that ask for other keys load those on the same thread; deeper than this is refused.
constexpr int max_nested_loads = 16;

/// The loaders that run on one thread, innermost first. One that has answered does not count: its
/// thread is about to leave it.
struct LoadFrame {
  Flight* flight = nullptr;
  const LoadFrame* outer = nullptr;
  const Loads* owner = nullptr;
  int depth = 0;

  /// The innermost loader of this thread that has not answered, or nullptr.
  static const LoadFrame* innermost_running() noexcept;
};

/// Marks this thread as running the loader of `flight` while it lives.
class LoadScope {
 public:
  LoadScope(const Loads& owner, Flight& flight) noexcept;
  LoadScope(const LoadScope&) = delete;
  LoadScope& operator=(const LoadScope&) = delete;
  ~LoadScope();

 private:
  LoadFrame frame_;
};

/// The waits of one cache's loaders. Thread safe; costs nothing for waits outside of loaders.
class LoadWaits final {
 public:
  /// `flights` outlives it.
  explicit LoadWaits(FlightTable& flights) noexcept : flights_(flights) {}

  /// That the loaders of this thread wait for what `waiter` waits for, while it lives.
  class Scope {
   public:
    Scope(LoadWaits& waits, const Loads& owner, const std::shared_ptr<Waiter>& waiter);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

    /// The wait would never end: what `waiter` waits for waits for a loader of this thread.
    bool closes_circle() const noexcept { return closes_circle_; }

   private:
    struct Before {
      Flight* flight = nullptr;
      std::shared_ptr<Waiter> waits_for{};
    };

    LoadWaits& waits_;
    std::array<Before, max_nested_loads + 1> before_{};
    std::size_t before_count_ = 0;
    bool closes_circle_ = false;
  };

 private:
  bool leads_here(const Loads& owner, const Waiter& waiter) NACRE_REQUIRES(mutex_);

  FlightTable& flights_;
  Mutex mutex_;  ///< guards Flight::waits_for of all flights
};

}  // namespace nacre
