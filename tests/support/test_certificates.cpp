#include "support/test_certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace nacre::test {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr long day_seconds = 24 * 3600;

Owned<EVP_PKEY> make_key() {
  return Owned<EVP_PKEY>(EVP_EC_gen("P-256"));
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  if (!extension) throw std::runtime_error("no such extension: " + value);
  X509_add_ext(certificate, extension.get(), -1);
}

Owned<X509> make_certificate(EVP_PKEY* key, const std::string& name, bool is_expired) {
  static long serial = 1;
  Owned<X509> certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -2 * day_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), (is_expired ? -1 : 1) * day_seconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

template <class Write>
std::string pem_of(Write write) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  return pem_of([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}

}  // namespace

struct TestAuthority::Keys {
  Owned<EVP_PKEY> key = make_key();
  Owned<X509> certificate = make_certificate(key.get(), "nacre test authority", false);
  std::string file{};
};

TestAuthority::TestAuthority() : keys_(std::make_unique<Keys>()) {
  X509* const own = keys_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(own, own, NID_key_usage, "critical,keyCertSign");
  X509_sign(own, keys_->key.get(), EVP_sha256());

  std::string name = ::testing::TempDir() + "nacre-ca-XXXXXX";
  const int fd = ::mkstemp(name.data());
  if (fd < 0) throw std::runtime_error("no temporary file");
  ::close(fd);
  keys_->file = name;
  std::ofstream(name) << pem_of(own);
}

TestAuthority::~TestAuthority() {
  std::remove(keys_->file.c_str());
}

const std::string& TestAuthority::file() const noexcept {
  return keys_->file;
}

OriginIdentity TestAuthority::issue(const CertificateTerms& terms) const {
  const Owned<EVP_PKEY> key = make_key();
  const Owned<X509> issued = make_certificate(key.get(), terms.common_name, terms.is_expired);
  X509_set_issuer_name(issued.get(), X509_get_subject_name(keys_->certificate.get()));
  if (!terms.subject_alt_name.empty()) {
    add_extension(issued.get(), keys_->certificate.get(), NID_subject_alt_name,
                  terms.subject_alt_name);
  }
  X509_sign(issued.get(), keys_->key.get(), EVP_sha256());
  return {.certificate = pem_of(issued.get()),
          .private_key = pem_of([&](BIO* bio) {
            PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace nacre::test
