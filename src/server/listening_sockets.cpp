#include "server/listening_sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "assembly/listen_address.hpp"
#include "nacre/error.hpp"

namespace nacre::server {
namespace {

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

sockaddr* address_of(Endpoint& endpoint) noexcept {
  return reinterpret_cast<sockaddr*>(&endpoint.storage);
}

Endpoint endpoint_of(const std::string& listen, std::uint16_t port, const std::string& host) {
  Endpoint endpoint;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&endpoint.storage, &v4, sizeof v4);
    endpoint.size = sizeof v4;
  } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&endpoint.storage, &v6, sizeof v6);
    endpoint.size = sizeof v6;
  } else {
    throw Error(Errc::invalid_argument,
                "server.listen: '" + listen + "': " + host + " is no IP address");
  }
  return endpoint;
}

// The port is the same field in both families.
std::uint16_t port_of(const Endpoint& endpoint) noexcept {
  sockaddr_in v4{};
  std::memcpy(&v4, &endpoint.storage, sizeof v4);
  return ntohs(v4.sin_port);
}

std::string text_of(const Endpoint& endpoint) {
  char text[INET6_ADDRSTRLEN] = {};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (endpoint.storage.ss_family == AF_INET) {
    std::memcpy(&v4, &endpoint.storage, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(port_of(endpoint));
  }
  std::memcpy(&v6, &endpoint.storage, sizeof v6);
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return "[" + std::string(text) + "]:" + std::to_string(port_of(endpoint));
}

[[noreturn]] void fail(const std::string& listen, int error) {
  throw Error(Errc::internal, "server.listen: cannot listen on " + listen + ": " +
                                  std::generic_category().message(error));
}

// A bound socket. Without `shares_port` this fails where anybody listens.
int bind_socket(const std::string& listen, Endpoint& endpoint, bool shares_port) {
  const int socket = ::socket(endpoint.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) fail(listen, errno);
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (shares_port) setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  if (::bind(socket, address_of(endpoint), endpoint.size) == 0) return socket;
  const int error = errno;
  ::close(socket);
  fail(listen, error);
}

}  // namespace

ListeningSockets::ListeningSockets(std::string listen, std::size_t count)
    : listen_(std::move(listen)) {
  const auto parsed = assembly::parse_listen_address(listen_);
  if (!parsed) {
    throw Error(Errc::invalid_argument,
                "server.listen: '" + listen_ + "' " + parsed.reason() +
                    "; allowed: HOST:PORT, the host an IP address (IPv6 in brackets) or localhost");
  }
  const std::string host = parsed->host == "localhost" ? "127.0.0.1" : parsed->host;
  Endpoint endpoint = endpoint_of(listen_, parsed->port, host);
  is_v6_ = endpoint.storage.ss_family == AF_INET6;
  // SO_REUSEPORT lets two programs of one user share a port, and each would get half the requests.
  if (parsed->port != 0) ::close(bind_socket(listen_, endpoint, false));
  sockets_.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    const int socket = bind_socket(listen_, endpoint, true);
    sockets_.push_back(socket);
    if (::listen(socket, SOMAXCONN) != 0) fail(listen_, errno);
    // The first may be given a free port; the others share it.
    getsockname(socket, address_of(endpoint), &endpoint.size);
  }
  port_ = port_of(endpoint);
  address_ = text_of(endpoint);
}

ListeningSockets::~ListeningSockets() {
  for (const int socket : sockets_) {
    if (socket >= 0) ::close(socket);
  }
}

int ListeningSockets::release(std::size_t index) noexcept {
  return std::exchange(sockets_[index], -1);
}

}  // namespace nacre::server
