#include "http/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <tuple>

#include "nacre/error.hpp"

namespace nacre {

namespace ssl = boost::asio::ssl;

TlsContext::TlsContext(const std::string& ca_file)
    : native_(std::make_unique<ssl::context>(ssl::context::tls_client)) {
  SSL_CTX* const context = native_->native_handle();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  native_->set_verify_mode(ssl::verify_peer);

  boost::system::error_code error;
  if (ca_file.empty()) {
    std::ignore = native_->set_default_verify_paths(error);
  } else {
    std::ignore = native_->load_verify_file(ca_file, error);
  }
  if (error) {
    throw Error(Errc::invalid_argument,
                fmt::format("ca_file: {} must be a readable PEM file of certificates: {}",
                            ca_file.empty() ? "the system's own" : ca_file, error.message()),
                {{"field", "ca_file"}});
  }
}

TlsContext::~TlsContext() = default;

}  // namespace nacre
