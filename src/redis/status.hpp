// How a client and its nodes are, for health pages, events and decisions above.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/clock.hpp"

namespace nacre::redis {

enum class LinkState : std::uint8_t {
  connecting,  ///< never ready yet
  ready,
  reconnecting,  ///< was ready, or has failed at least once
  closed,        ///< for ever
};

/// up: all is well. degraded: it answers, but not all of it (some node is down, writes are refused,
/// memory is full, it loads its data). down: nothing is answered.
enum class Health : std::uint8_t { up, degraded, down };

enum class Role : std::uint8_t { unknown, primary, replica };

std::string_view name_of(LinkState state) noexcept;
std::string_view name_of(Health health) noexcept;
std::string_view name_of(Role role) noexcept;

struct NodeStatus {
  std::string node{};        ///< Address::name()
  std::uint32_t number = 0;  ///< Owner::number
  Role role = Role::unknown;
  LinkState state = LinkState::connecting;
  Health health = Health::down;
  TimePoint since{};                     ///< when `health` became what it is
  std::string last_error{};              ///< for people; no secrets; stays after recovery
  std::string version{};                 ///< of the server, by HELLO; empty when it did not say
  bool is_tracking = false;              ///< on every link of this node
  std::optional<Duration> round_trip{};  ///< of the last heartbeat
};

struct ClientStatus {
  std::string_view topology{};  ///< "standalone", "sentinel" or "cluster"
  LinkState state = LinkState::connecting;
  Health health = Health::down;
  TimePoint since{};
  std::string last_error{};
  std::vector<NodeStatus> nodes{};
};

/// What happens to a client, as programs and logs are told.
enum class EventKind : std::uint8_t {
  connect,       ///< a link has a connection; the handshake begins
  ready,         ///< a link's handshake is done
  error,         ///< something failed; text says what
  close,         ///< a link's connection has ended
  reconnecting,  ///< a link will dial again after `delay`
  end,           ///< the client is closed for ever
};

std::string_view name_of(EventKind kind) noexcept;

struct Event {
  EventKind kind = EventKind::error;
  std::string_view node{};  ///< valid during the call
  std::string_view text{};  ///< for people; no secrets; valid during the call
  Duration delay{};         ///< with reconnecting
};

/// Called on an io thread; quick; must not throw.
using EventHandler = std::function<void(const Event&)>;

}  // namespace nacre::redis
