#include "http/origin_connection.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <optional>
#include <tuple>
#include <utility>

#include "base/check.hpp"

namespace nacre {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::asio::ip::tcp;
using boost::system::error_code;
using Socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;

// One TLS record, and most answers in one read.
constexpr std::size_t read_buffer_bytes = std::size_t{16} << 10;

// Wildcards for a whole label only, and no host names in the subject (RFC 6125, section 6.4).
constexpr unsigned host_flags =
    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;

bool expect_host(SSL* tls, const std::string& host) {
  X509_VERIFY_PARAM* const expected = SSL_get0_param(tls);
  X509_VERIFY_PARAM_set_hostflags(expected, host_flags);
  error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  if (!not_an_address) return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  return SSL_set_tlsext_host_name(tls, host.c_str()) == 1 && SSL_set1_host(tls, host.c_str()) == 1;
}

}  // namespace

/// Lives until its last handler has run, which may be after the OriginConnection.
struct OriginConnection::Wire : std::enable_shared_from_this<Wire> {
  using Stream = ssl::stream<Socket&>;

  Wire(asio::io_context& context, const OriginAddress& origin, const TlsContext* tls_context)
      : address(origin), socket(context.get_executor()) {
    if (tls_context != nullptr) tls.emplace(socket, tls_context->native());
  }

  void try_next_address(std::string last_trouble);
  void handshake();
  void send();
  void receive();
  void on_received(error_code error, std::size_t size);

  // Every handler asks first: done is gone once the operation has ended or the wire was closed.
  bool is_busy() const noexcept { return static_cast<bool>(done); }

  void finish(ConnectionFault fault, std::string trouble = {}) {
    const Done finished = std::exchange(done, nullptr);
    if (finished) finished({.fault = fault, .trouble = std::move(trouble)});
  }

  // Runs `operation` on the TLS stream, or on the bare socket.
  template <class Operation>
  void on_stream(Operation&& operation) {
    if (tls) {
      operation(*tls);
    } else {
      operation(socket);
    }
  }

  const OriginAddress& address;
  Socket socket;
  std::optional<Stream> tls;
  std::vector<std::string> addresses;
  std::size_t next_address_index = 0;
  std::string request;
  ResponseReader* reader = nullptr;  // valid while busy
  std::array<char, read_buffer_bytes> buffer;
  Done done;
};

void OriginConnection::Wire::try_next_address(std::string last_trouble) {
  error_code error;
  if (next_address_index == addresses.size()) {
    return finish(ConnectionFault::connect, std::move(last_trouble));
  }
  const auto ip = asio::ip::make_address(addresses[next_address_index++], error);
  std::ignore = socket.close(error);
  socket.async_connect(tcp::endpoint(ip, address.port),
                       [self = shared_from_this()](error_code failed) {
                         if (!self->is_busy()) return;
                         if (failed) return self->try_next_address(failed.message());
                         error_code ignored;
                         std::ignore = self->socket.set_option(tcp::no_delay(true), ignored);
                         if (self->tls) return self->handshake();
                         self->finish(ConnectionFault::none);
                       });
}

void OriginConnection::Wire::handshake() {
  SSL* const native = tls->native_handle();
  if (!expect_host(native, address.host)) {
    return finish(ConnectionFault::tls, "the host name cannot be verified");
  }
  tls->async_handshake(Stream::client, [self = shared_from_this()](error_code failed) {
    if (!self->is_busy()) return;
    if (!failed) return self->finish(ConnectionFault::none);
    const long verified = SSL_get_verify_result(self->tls->native_handle());
    if (verified != X509_V_OK) {
      return self->finish(ConnectionFault::tls,
                          fmt::format("the certificate is not accepted: {}",
                                      X509_verify_cert_error_string(verified)));
    }
    const bool is_tls = failed.category() == asio::error::get_ssl_category();
    self->finish(is_tls ? ConnectionFault::tls : ConnectionFault::connect, failed.message());
  });
}

void OriginConnection::Wire::send() {
  on_stream([&](auto& stream) {
    asio::async_write(stream, asio::buffer(request),
                      [self = shared_from_this()](error_code failed, std::size_t) {
                        if (!self->is_busy()) return;
                        if (failed) return self->finish(ConnectionFault::reset, failed.message());
                        self->receive();
                      });
  });
}

void OriginConnection::Wire::receive() {
  on_stream([&](auto& stream) {
    stream.async_read_some(asio::buffer(buffer),
                           [self = shared_from_this()](error_code failed, std::size_t size) {
                             if (self->is_busy()) self->on_received(failed, size);
                           });
  });
}

void OriginConnection::Wire::on_received(error_code error, std::size_t size) {
  reader->feed({buffer.data(), size});
  if (error == asio::error::eof) {
    reader->feed_end();
  } else if (error && reader->state() == ResponseReader::State::needs_more) {
    // Also a TLS peer that ends without saying so: what came may have been cut by somebody else.
    return finish(ConnectionFault::reset, error.message());
  }
  switch (reader->state()) {
    case ResponseReader::State::needs_more:
      return receive();
    case ResponseReader::State::complete:
      return finish(ConnectionFault::none);
    case ResponseReader::State::failed:
      return finish(ConnectionFault::response, reader->trouble());
  }
}

OriginConnection::OriginConnection(asio::io_context& context, const OriginAddress& address,
                                   const TlsContext* tls)
    : wire_(std::make_shared<Wire>(context, address, tls)) {}

OriginConnection::~OriginConnection() {
  close();
}

void OriginConnection::connect(std::vector<std::string> addresses, Done done) {
  NACRE_CHECK(!addresses.empty());
  wire_->addresses = std::move(addresses);
  wire_->done = std::move(done);
  wire_->try_next_address({});
}

void OriginConnection::exchange(std::string request, ResponseReader& reader, Done done) {
  wire_->request = std::move(request);
  wire_->reader = &reader;
  wire_->done = std::move(done);
  wire_->send();
}

bool OriginConnection::is_quiet() const noexcept {
  if (wire_->tls) {
    // What came behind the last answer may have been read from the socket already.
    SSL* const native = wire_->tls->native_handle();
    if (SSL_has_pending(native) == 1 || BIO_pending(SSL_get_rbio(native)) > 0) return false;
  }
  char byte = 0;
  const ssize_t size =
      ::recv(wire_->socket.native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void OriginConnection::close() noexcept {
  wire_->done = nullptr;
  error_code ignored;
  std::ignore = wire_->socket.close(ignored);
}

}  // namespace nacre
