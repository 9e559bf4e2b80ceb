// A connection for pub/sub alone: what is sent on it is subscriptions, what comes is messages.
//
// It keeps no list of what is wanted: whoever reconciles subscriptions calls subscribe() again
// after each on_ready().
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "redis/reply_handler.hpp"
#include "resp/reply.hpp"

namespace nacre::redis {

/// The three kinds of subscription Redis knows.
enum class ChannelKind : std::uint8_t { channel, pattern, shard_channel };

/// Told what comes on a SubscriptionLink. On its io thread, in wire order; quick; must not throw.
class SubscriptionListener {
 public:
  virtual ~SubscriptionListener() = default;

  /// A new connection: nothing is subscribed on it.
  virtual void on_ready(const LinkIdentity& link) = 0;

  /// The connection is gone, and with it all subscriptions; messages may be missed from now on.
  virtual void on_lost(const LinkIdentity& link, std::string_view reason) = 0;

  /// Confirmed, by us asked for or not: servers end shard subscriptions when a slot moves.
  virtual void on_subscribed(ChannelKind kind, std::string_view channel) = 0;
  virtual void on_unsubscribed(ChannelKind kind, std::string_view channel) = 0;

  /// subscribe() was refused with an error reply (MOVED, NOPERM, ...), or not confirmed in time.
  virtual void on_refused(ChannelKind kind, std::string_view channel, std::string_view error) = 0;

  /// `pattern` is empty unless the subscription that matched is one.
  virtual void on_message(std::string_view channel, std::string_view pattern,
                          std::string_view payload) = 0;
};

/// Thread safe. The destructor closes; the listener is not called after it has returned, unless it
/// runs on the io thread inside a call of the listener, which then is the last.
class SubscriptionLink {
 public:
  virtual ~SubscriptionLink() = default;

  /// One command for each channel, so that one refusal says which. Dropped while there is no
  /// connection: on_ready() is the time to ask again.
  virtual void subscribe(ChannelKind kind, std::string_view channel) = 0;
  virtual void unsubscribe(ChannelKind kind, std::string_view channel) = 0;
};

}  // namespace nacre::redis
