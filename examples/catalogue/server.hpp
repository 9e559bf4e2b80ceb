// Serves the routes over HTTP/1.1.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "control.hpp"
#include "product_store.hpp"

namespace catalogue {

struct Address {
  std::string host{};
  unsigned short port = 0;  ///< 0: any free one
};

/// Waits are timers, so a thousand slow requests need no more threads than one fast one.
class Server {
 public:
  /// Binds and listens. Throws std::runtime_error when the address cannot be had.
  /// `store` and `control` must outlive the server.
  Server(const Address& address, ProductStore& store, Control& control);
  ~Server();

  /// Where it listens, with the port that was found.
  Address address() const;

  /// Serves on `thread_count` threads, this one included, until SIGTERM or SIGINT.
  void run(unsigned thread_count);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace catalogue
