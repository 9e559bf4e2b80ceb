// How Redis servers are verified, and how this client shows who it is.
#pragma once

#include <memory>

#include "redis/settings.hpp"

namespace boost::asio::ssl {
class context;
}

namespace nacre::redis {

/// A verifying client: TLS 1.2 or newer, no compression, no renegotiation. Const after
/// construction; shared by all links of a client.
class Tls {
 public:
  /// Throws Error invalid_argument, which names the field, for a file that cannot be read.
  explicit Tls(const TlsSettings& settings);
  ~Tls();

  boost::asio::ssl::context& native() const noexcept { return *native_; }
  const TlsSettings& settings() const noexcept { return settings_; }

 private:
  TlsSettings settings_;
  std::unique_ptr<boost::asio::ssl::context> native_;
};

/// Null when TLS is off.
std::shared_ptr<const Tls> make_tls(const TlsSettings& settings);

}  // namespace nacre::redis
