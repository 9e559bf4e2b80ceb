// A SubscriptionLink over a Connection.
#pragma once

#include <memory>

#include "redis/connection.hpp"
#include "redis/io_threads.hpp"
#include "redis/subscription_link.hpp"

namespace nacre::redis {

/// Dials in the background. `thread` must outlive the link.
std::unique_ptr<SubscriptionLink> make_pubsub_connection(
    IoThread& thread, ConnectionOptions options, std::shared_ptr<SubscriptionListener> listener);

}  // namespace nacre::redis
