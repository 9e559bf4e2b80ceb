// Connections to one origin that wait for their next request.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include "http/origin_connection.hpp"
#include "nacre/clock.hpp"

namespace nacre {

/// Loop thread only. The one that was used last is taken first, so that spare ones grow old.
class IdleConnections {
 public:
  IdleConnections(std::size_t max_count, Duration timeout) noexcept
      : max_count_(max_count), timeout_(timeout) {}

  /// Keeps `connection`; closes the oldest when there are too many.
  void put(std::unique_ptr<OriginConnection> connection, TimePoint now);

  /// A connection that is open and silent, or null. Closes those that are not.
  std::unique_ptr<OriginConnection> take(TimePoint now);

  /// Closes what has been idle for too long.
  void close_expired(TimePoint now) noexcept;

  void close_all() noexcept { idle_.clear(); }

  /// When the oldest has been idle for too long; nullopt without one.
  std::optional<TimePoint> next_expiry() const noexcept;

  std::size_t count() const noexcept { return idle_.size(); }

 private:
  struct Idle {
    std::unique_ptr<OriginConnection> connection{};
    TimePoint expires_at{};
  };

  std::size_t max_count_;
  Duration timeout_;
  std::deque<Idle> idle_;  // oldest first
};

}  // namespace nacre
