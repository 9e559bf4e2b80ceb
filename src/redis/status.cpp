#include "redis/status.hpp"

namespace nacre::redis {

std::string_view name_of(LinkState state) noexcept {
  switch (state) {
    case LinkState::connecting:
      return "connecting";
    case LinkState::ready:
      return "ready";
    case LinkState::reconnecting:
      return "reconnecting";
    case LinkState::closed:
      return "closed";
  }
  return "unknown";
}

std::string_view name_of(Health health) noexcept {
  switch (health) {
    case Health::up:
      return "up";
    case Health::degraded:
      return "degraded";
    case Health::down:
      return "down";
  }
  return "unknown";
}

std::string_view name_of(Role role) noexcept {
  switch (role) {
    case Role::unknown:
      return "unknown";
    case Role::primary:
      return "primary";
    case Role::replica:
      return "replica";
  }
  return "unknown";
}

std::string_view name_of(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::connect:
      return "connect";
    case EventKind::ready:
      return "ready";
    case EventKind::error:
      return "error";
    case EventKind::close:
      return "close";
    case EventKind::reconnecting:
      return "reconnecting";
    case EventKind::end:
      return "end";
  }
  return "unknown";
}

}  // namespace nacre::redis
