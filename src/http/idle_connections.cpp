#include "http/idle_connections.hpp"

#include <utility>

namespace nacre {

void IdleConnections::put(std::unique_ptr<OriginConnection> connection, TimePoint now) {
  idle_.push_back({.connection = std::move(connection), .expires_at = now + timeout_});
  if (idle_.size() > max_count_) idle_.pop_front();
}

std::unique_ptr<OriginConnection> IdleConnections::take(TimePoint now) {
  close_expired(now);
  while (!idle_.empty()) {
    std::unique_ptr<OriginConnection> connection = std::move(idle_.back().connection);
    idle_.pop_back();
    if (connection->is_quiet()) return connection;
  }
  return nullptr;
}

void IdleConnections::close_expired(TimePoint now) noexcept {
  while (!idle_.empty() && idle_.front().expires_at <= now) idle_.pop_front();
}

std::optional<TimePoint> IdleConnections::next_expiry() const noexcept {
  if (idle_.empty()) return std::nullopt;
  return idle_.front().expires_at;
}

}  // namespace nacre
