// Certificates made for one test run: an authority, and what it issues.
#pragma once

#include <memory>
#include <string>

#include "support/test_origin.hpp"

namespace nacre::test {

/// Whom a certificate is for and when it is valid.
struct CertificateTerms {
  std::string subject_alt_name{};  ///< as OpenSSL writes it: "DNS:localhost", "IP:127.0.0.1"
  std::string common_name = "nacre test";
  bool is_expired = false;
};

/// A self-signed authority with a fresh key. Its PEM file lives as long as it does.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();

  /// The file to trust.
  const std::string& file() const noexcept;

  OriginIdentity issue(const CertificateTerms& terms) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
};

}  // namespace nacre::test
