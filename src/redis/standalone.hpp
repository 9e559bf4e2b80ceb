// The client of one server.
#pragma once

#include <memory>

#include "redis/client.hpp"
#include "redis/io_threads.hpp"
#include "redis/link_observer.hpp"
#include "redis/settings.hpp"

namespace nacre::redis {

/// What every topology's client is given beside its addresses.
struct ClientOptions {
  ConnectSettings connect{};

  /// Shared, so that several clients may live on the same threads.
  std::shared_ptr<IoThreads> threads{};

  /// May be null. Must be thread safe; see LinkObserver.
  std::shared_ptr<LinkObserver> observer{};

  /// May be empty.
  EventHandler on_event{};
};

/// Connects in the background: returns at once, whether the server is there or not. LOADING,
/// MASTERDOWN and TRYAGAIN are asked again after 100 ms and a jitter while the deadline allows;
/// every other error reply goes to the handler. Throws Error invalid_argument for settings out of
/// range or TLS files that cannot be read.
std::shared_ptr<Client> make_standalone_client(const Address& address, ClientOptions options);

}  // namespace nacre::redis
