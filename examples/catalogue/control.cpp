#include "control.hpp"

#include <algorithm>

namespace catalogue {

Control::Control(Behaviour behaviour, std::size_t route_count)
    : behaviour_(behaviour), random_(std::random_device{}()) {
  counts_.by_route.resize(route_count);
}

Behaviour Control::behaviour() const {
  const std::lock_guard lock(mutex_);
  return behaviour_;
}

void Control::set_behaviour(const Behaviour& behaviour) {
  const std::lock_guard lock(mutex_);
  behaviour_ = behaviour;
}

bool Control::hangs() const {
  const std::lock_guard lock(mutex_);
  return behaviour_.hang;
}

Fate Control::draw_fate() {
  const std::lock_guard lock(mutex_);
  std::uniform_int_distribution<std::int64_t> jitter_ms(0, behaviour_.jitter.count());
  std::bernoulli_distribution fails(behaviour_.failure_rate);
  return {.delay = behaviour_.latency + std::chrono::milliseconds(jitter_ms(random_)),
          .fails = fails(random_)};
}

void Control::begin(std::size_t route_index) {
  const std::lock_guard lock(mutex_);
  ++counts_.by_route[route_index];
  ++counts_.in_flight;
  counts_.most_in_flight = std::max(counts_.most_in_flight, counts_.in_flight);
}

void Control::end() {
  const std::lock_guard lock(mutex_);
  --counts_.in_flight;
}

Counts Control::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Control::reset_counts() {
  const std::lock_guard lock(mutex_);
  std::fill(counts_.by_route.begin(), counts_.by_route.end(), 0);
  counts_.most_in_flight = counts_.in_flight;
}

}  // namespace catalogue
