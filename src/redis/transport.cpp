#include "redis/transport.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace nacre::redis {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;
using Socket = asio::basic_stream_socket<Protocol, asio::io_context::executor_type>;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type>;

// What one asynchronous write of TLS takes: four records.
constexpr std::size_t tls_write_bytes = std::size_t{64} << 10;

// Wildcards for a whole label only, and no host names in the subject (RFC 6125, section 6.4).
constexpr unsigned host_flags =
    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;

bool expect_name(SSL* tls, const std::string& name) {
  X509_VERIFY_PARAM* const expected = SSL_get0_param(tls);
  X509_VERIFY_PARAM_set_hostflags(expected, host_flags);
  error_code not_an_address;
  asio::ip::make_address(name, not_an_address);
  if (!not_an_address) return X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str()) == 1;
  return SSL_set_tlsext_host_name(tls, name.c_str()) == 1 && SSL_set1_host(tls, name.c_str()) == 1;
}

std::string tls_trouble(SSL* tls, const error_code& error) {
  const long verdict = SSL_get_verify_result(tls);
  return verdict == X509_V_OK
             ? fmt::format("TLS handshake: {}", error.message())
             : fmt::format("TLS certificate: {}", X509_verify_cert_error_string(verdict));
}

}  // namespace

/// Lives until its last handler has run, which may be after the Transport. `listener` is null then.
struct Transport::Wire : std::enable_shared_from_this<Wire> {
  Wire(asio::io_context& context, const Address& to, std::shared_ptr<const Tls> tls_settings,
       TransportListener& told)
      : address(to),
        tls(std::move(tls_settings)),
        listener(&told),
        resolver(context.get_executor()),
        socket(context.get_executor()) {
    if (tls) stream.emplace(socket, tls->native());
  }

  void resolve();
  void try_next(std::string last_trouble);
  void handshake();
  void opened(std::string trouble);
  void receive();
  void broken(std::string trouble);
  std::size_t write_plain(std::string_view bytes);
  std::size_t write_tls(std::string_view bytes);

  Address address;
  std::shared_ptr<const Tls> tls;
  TransportListener* listener;
  Resolver resolver;
  Socket socket;
  std::optional<ssl::stream<Socket&>> stream{};
  std::vector<Protocol::endpoint> endpoints{};
  std::size_t next_endpoint = 0;
  bool is_waiting_to_write = false;
  bool is_broken = false;
  std::string tls_out{};  ///< what an asynchronous write is reading
};

void Transport::Wire::resolve() {
  if (!address.unix_path.empty()) {
    endpoints.emplace_back(asio::local::stream_protocol::endpoint(address.unix_path));
    return try_next({});
  }
  error_code not_numeric;
  const asio::ip::address numeric = asio::ip::make_address(address.host, not_numeric);
  if (!not_numeric) {
    endpoints.emplace_back(asio::ip::tcp::endpoint(numeric, address.port));
    return try_next({});
  }
  resolver.async_resolve(
      address.host, std::to_string(address.port),
      [self = shared_from_this()](const error_code& error,
                                  const asio::ip::tcp::resolver::results_type& found) {
        if (self->listener == nullptr) return;
        if (error) return self->opened(fmt::format("look-up of the name: {}", error.message()));
        for (const auto& entry : found) self->endpoints.emplace_back(entry.endpoint());
        self->try_next("the name has no address");
      });
}

void Transport::Wire::try_next(std::string last_trouble) {
  if (next_endpoint == endpoints.size()) return opened(std::move(last_trouble));
  const Protocol::endpoint& endpoint = endpoints[next_endpoint++];
  error_code ignored;
  std::ignore = socket.close(ignored);
  socket.async_connect(endpoint, [self = shared_from_this()](const error_code& error) {
    if (self->listener == nullptr) return;
    if (error) return self->try_next(fmt::format("connect: {}", error.message()));
    if (self->address.unix_path.empty()) {
      const int on = 1;
      ::setsockopt(self->socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    self->handshake();
  });
}

void Transport::Wire::handshake() {
  if (!stream) return opened({});
  const TlsSettings& settings = tls->settings();
  const std::string& name = settings.verify_name.empty() ? address.host : settings.verify_name;
  if (!settings.is_any_name_accepted && !expect_name(stream->native_handle(), name)) {
    return opened("TLS: the server's name cannot be verified");
  }
  stream->async_handshake(
      ssl::stream_base::client, [self = shared_from_this()](const error_code& error) {
        if (self->listener == nullptr) return;
        self->opened(error ? tls_trouble(self->stream->native_handle(), error) : std::string());
      });
}

void Transport::Wire::opened(std::string trouble) {
  const bool is_open = trouble.empty();
  listener->on_opened(trouble);
  if (is_open && listener != nullptr) receive();
}

void Transport::Wire::receive() {
  const std::span<char> room = listener->receive_room();
  auto received = [self = shared_from_this()](const error_code& error, std::size_t size) {
    if (self->listener == nullptr) return;
    if (error) {
      const bool is_end = error == asio::error::eof || error == ssl::error::stream_truncated;
      return self->broken(is_end ? "closed by the server" : error.message());
    }
    self->listener->on_received(size);
    if (self->listener != nullptr) self->receive();
  };
  if (stream) {
    stream->async_read_some(asio::buffer(room.data(), room.size()), std::move(received));
  } else {
    socket.async_read_some(asio::buffer(room.data(), room.size()), std::move(received));
  }
}

// Tells once, in a turn of its own.
void Transport::Wire::broken(std::string trouble) {
  if (is_broken) return;
  is_broken = true;
  asio::post(socket.get_executor(), [self = shared_from_this(), trouble = std::move(trouble)] {
    if (self->listener != nullptr) self->listener->on_broken(trouble);
  });
}

std::size_t Transport::Wire::write_plain(std::string_view bytes) {
  const ssize_t sent =
      ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    broken(error_code(errno, boost::system::system_category()).message());
    return bytes.size();
  }
  const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  if (taken < bytes.size()) {
    is_waiting_to_write = true;
    socket.async_wait(Socket::wait_write, [self = shared_from_this()](const error_code& error) {
      self->is_waiting_to_write = false;
      if (self->listener == nullptr) return;
      if (error) return self->broken(error.message());
      self->listener->on_writable();
    });
  }
  return taken;
}

std::size_t Transport::Wire::write_tls(std::string_view bytes) {
  const std::size_t taken = std::min(bytes.size(), tls_write_bytes);
  tls_out.assign(bytes.data(), taken);
  is_waiting_to_write = true;
  asio::async_write(*stream, asio::buffer(tls_out),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      self->is_waiting_to_write = false;
                      if (self->listener == nullptr) return;
                      if (error) return self->broken(error.message());
                      self->listener->on_writable();
                    });
  return taken;
}

Transport::Transport(asio::io_context& context, const Address& address,
                     std::shared_ptr<const Tls> tls, TransportListener& listener)
    : wire_(std::make_shared<Wire>(context, address, std::move(tls), listener)) {}

Transport::~Transport() {
  close();
}

void Transport::open() {
  asio::post(wire_->socket.get_executor(), [wire = wire_] {
    if (wire->listener != nullptr) wire->resolve();
  });
}

std::size_t Transport::write_some(std::string_view bytes) {
  if (wire_->is_broken) return bytes.size();
  if (wire_->is_waiting_to_write || bytes.empty()) return 0;
  return wire_->stream ? wire_->write_tls(bytes) : wire_->write_plain(bytes);
}

// TLS is not shut down in order: what is lost with a link is unknown anyway.
void Transport::close() noexcept {
  wire_->listener = nullptr;
  wire_->resolver.cancel();
  error_code ignored;
  std::ignore = wire_->socket.close(ignored);
}

}  // namespace nacre::redis
