// One client's connection.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "control.hpp"
#include "product_store.hpp"

namespace catalogue {

/// Answers the requests of one connection, one after the other, until either side closes it.
boost::asio::awaitable<void> serve_client(boost::asio::ip::tcp::socket socket, ProductStore& store,
                                          Control& control);

}  // namespace catalogue
