// How https origins are verified: which authorities are trusted and which protocols are spoken.
#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace nacre {

/// A verifying client: TLS 1.2 or newer, no compression, no renegotiation. Const after
/// construction.
class TlsContext {
 public:
  /// Trusts the authorities in the PEM file `ca_file`, or those of the system when it is empty.
  /// Throws Error: invalid_argument, which names the field `ca_file`.
  explicit TlsContext(const std::string& ca_file);
  ~TlsContext();

  boost::asio::ssl::context& native() const noexcept { return *native_; }

 private:
  std::unique_ptr<boost::asio::ssl::context> native_;
};

}  // namespace nacre
