// What an operator may change while the service runs (how slow and how unreliable it is), and what
// it counts. Both are there so that a cache in front of it can be felt and tested.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace catalogue {

/// How reads behave. Writes are never delayed and never fail.
struct Behaviour {
  std::chrono::milliseconds latency{0};  ///< before every answer
  std::chrono::milliseconds jitter{0};   ///< up to this much more
  double failure_rate = 0;               ///< 0 to 1: this share is answered with 503
  bool hang = false;                     ///< answers wait until this is false again
};

/// What happens to one read.
struct Fate {
  std::chrono::milliseconds delay{0};
  bool fails = false;
};

struct Counts {
  std::vector<std::uint64_t> by_route{};  ///< in the order of the route table
  std::size_t in_flight = 0;
  std::size_t most_in_flight = 0;
};

/// Thread safe.
class Control {
 public:
  Control(Behaviour behaviour, std::size_t route_count);

  Behaviour behaviour() const;
  void set_behaviour(const Behaviour& behaviour);
  bool hangs() const;

  /// Draws delay and failure of the next read.
  Fate draw_fate();

  /// A request that matched this route has arrived, and later has been answered or given up.
  void begin(std::size_t route_index);
  void end();

  Counts counts() const;

  /// Counts from zero again; requests in flight stay counted as such.
  void reset_counts();

 private:
  mutable std::mutex mutex_;
  Behaviour behaviour_;
  Counts counts_;
  std::mt19937_64 random_;
};

}  // namespace catalogue
