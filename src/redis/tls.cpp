#include "redis/tls.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <string_view>
#include <tuple>

#include "nacre/error.hpp"

namespace nacre::redis {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

void require(const error_code& error, std::string_view field, std::string_view what) {
  if (!error) return;
  throw Error(Errc::invalid_argument,
              fmt::format("{}: must be {}: {}", field, what, error.message()),
              {{"field", std::string(field)}});
}

}  // namespace

Tls::Tls(const TlsSettings& settings)
    : settings_(settings), native_(std::make_unique<ssl::context>(ssl::context::tls_client)) {
  SSL_CTX* const context = native_->native_handle();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  native_->set_verify_mode(ssl::verify_peer);

  error_code error;
  if (settings.ca_file.empty()) {
    std::ignore = native_->set_default_verify_paths(error);
  } else {
    std::ignore = native_->load_verify_file(settings.ca_file, error);
  }
  require(error, "ca_file", "a readable PEM file of certificates");
  if (settings.certificate_file.empty()) return;
  std::ignore = native_->use_certificate_chain_file(settings.certificate_file, error);
  require(error, "certificate_file", "a readable PEM file of a certificate");
  std::ignore = native_->use_private_key_file(settings.key_file, ssl::context::pem, error);
  require(error, "key_file", "a readable PEM file of the certificate's key");
}

Tls::~Tls() = default;

std::shared_ptr<const Tls> make_tls(const TlsSettings& settings) {
  return settings.is_on ? std::make_shared<const Tls>(settings) : nullptr;
}

}  // namespace nacre::redis
