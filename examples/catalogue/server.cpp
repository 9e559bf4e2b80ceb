#include "server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "session.hpp"

namespace catalogue {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// After a failed accept, most likely for want of file descriptors: time for some to come free.
constexpr std::chrono::milliseconds accept_pause{50};

tcp::endpoint resolve(asio::io_context& context, const Address& address) {
  tcp::resolver resolver(context);
  return *resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive)
              .begin();
}

}  // namespace

struct Server::State {
  State(const Address& address, ProductStore& store_to_serve, Control& control_to_serve)
      : acceptor(context, resolve(context, address)),
        signals(context, SIGTERM, SIGINT),
        store(store_to_serve),
        control(control_to_serve) {}

  asio::awaitable<void> accept_clients() {
    asio::steady_timer pause(context);
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    for (;;) {
      // A strand keeps one connection's handlers apart; different connections run side by side.
      auto strand = asio::make_strand(context);
      tcp::socket socket = co_await acceptor.async_accept(strand, token);
      if (!error) {
        socket.set_option(tcp::no_delay(true), error);
        asio::co_spawn(strand, serve_client(std::move(socket), store, control), asio::detached);
        continue;
      }
      pause.expires_after(accept_pause);
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  asio::io_context context;
  tcp::acceptor acceptor;
  asio::signal_set signals;
  ProductStore& store;
  Control& control;
};

Server::Server(const Address& address, ProductStore& store, Control& control) try
    : state_(std::make_unique<State>(address, store, control)) {
} catch (const boost::system::system_error& error) {
  throw std::runtime_error("cannot listen on " + address.host + ":" + std::to_string(address.port) +
                           ": " + error.code().message());
}

Server::~Server() = default;

Address Server::address() const {
  const tcp::endpoint endpoint = state_->acceptor.local_endpoint();
  return {.host = endpoint.address().to_string(), .port = endpoint.port()};
}

void Server::run(unsigned thread_count) {
  asio::io_context& context = state_->context;
  state_->signals.async_wait([&context](const auto&, int) { context.stop(); });
  asio::co_spawn(context, state_->accept_clients(), asio::detached);
  std::vector<std::jthread> helpers;
  for (unsigned started = 1; started < thread_count; ++started) {
    helpers.emplace_back([&context] { context.run(); });
  }
  context.run();
}

}  // namespace catalogue
