#include "server/admission.hpp"

namespace nacre::server {

void Admission::set_limits(const HttpLimits& limits) noexcept {
  MutexLock lock(mutex_);
  max_connection_count_ = limits.max_connection_count;
  max_connections_per_address_ = limits.max_connections_per_address;
}

bool Admission::try_enter(const std::string& remote, bool is_loopback) {
  MutexLock lock(mutex_);
  if (open_count_ >= max_connection_count_) return false;
  if (!is_loopback) {
    const auto found = by_address_.find(remote);
    const std::size_t count = found == by_address_.end() ? 0 : found->second;
    if (count >= max_connections_per_address_) return false;
    by_address_[remote] = count + 1;
  }
  ++open_count_;
  return true;
}

void Admission::leave(const std::string& remote, bool is_loopback) {
  MutexLock lock(mutex_);
  --open_count_;
  if (is_loopback) return;
  const auto found = by_address_.find(remote);
  if (--found->second == 0) by_address_.erase(found);
}

std::size_t Admission::open_count() const {
  MutexLock lock(mutex_);
  return open_count_;
}

}  // namespace nacre::server
