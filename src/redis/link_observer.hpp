// What coherence is told by the links, in the order of the wire.
#pragma once

#include <cstdint>

#include "nacre/clock.hpp"
#include "redis/reply_handler.hpp"
#include "resp/reply.hpp"

namespace nacre::redis {

/// Called by the reader of each link, on the link's io thread, between the replies among which the
/// push came: before the handler of a reply that came after it, after that of one that came before.
/// Different links call at the same time, so implementations are thread safe. Quick; must not
/// throw, block, or destroy the client.
class LinkObserver {
 public:
  virtual ~LinkObserver() = default;

  /// The handshake is done and no command has been written. link.is_tracking: tracking is on.
  virtual void on_link_ready(const LinkIdentity& link) = 0;

  /// The server says that `keys` (an array of strings) have changed, or, when `keys` is a null,
  /// that any key may have.
  virtual void on_invalidated(const LinkIdentity& link, resp::Reply keys) = 0;

  /// A link that was ready is no more, whatever the reason. Comes before the handlers of the calls
  /// that were in flight on it and before any reconnect begins. No more calls for this link.
  virtual void on_link_lost(const LinkIdentity& link) = 0;

  /// Something that was sent at `sent_at` (a heartbeat or a command) has been answered: all pushes
  /// caused before `sent_at` have been delivered. At most every 50 ms for each link, and for each
  /// answered heartbeat.
  virtual void on_heard(const LinkIdentity& link, TimePoint sent_at) = 0;

  /// The slots from `first` to `last` (0 to 16383) have a new owner: what was read of their keys
  /// is unknown now. Only in a Cluster; from any thread.
  virtual void on_slots_moved(std::uint16_t first, std::uint16_t last) = 0;

  /// `node` has become a primary that may lack the last writes of the one before it: a failover of
  /// Sentinel or Cluster. Comes before the first command goes to it as a primary. From any thread.
  virtual void on_primary_changed(std::string_view node) = 0;
};

}  // namespace nacre::redis
