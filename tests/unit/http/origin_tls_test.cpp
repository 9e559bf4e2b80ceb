// The client against TLS origins: whom it trusts, and what it does when it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/test_certificates.hpp"
#include "unit/http/origin_fixture.hpp"

namespace nacre {
namespace {

using test::Answered;
using test::Asked;
using test::CertificateTerms;
using test::detail_of;
using test::OriginScript;
using test::SeenRequest;
using test::TestAuthority;
using test::TestOrigin;
using test::text_of;
using ::testing::HasSubstr;

class OriginTlsTest : public test::OriginFixture {
 protected:
  /// What a load of an origin with such a certificate gives, asked for as `host`.
  Answered load_from(const CertificateTerms& terms, const std::string& host) {
    TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); },
                      authority_.issue(terms));
    return load_from(origin, host, authority_.file());
  }

  Answered load_from(const TestOrigin& origin, const std::string& host,
                     const std::string& ca_file) {
    read_from({.url = origin.url("/{id}", host), .connection = {.ca_file = ca_file}});
    const Answered answered = ask().get();
    request_count_ = origin.requests().size();
    return answered;
  }

  TestAuthority authority_;
  std::size_t request_count_ = 0;
};

TEST_F(OriginTlsTest, trusts_a_certificate_for_the_host) {
  EXPECT_EQ(text_of(load_from({.subject_alt_name = "DNS:localhost"}, "localhost")), "x");
  EXPECT_EQ(text_of(load_from({.subject_alt_name = "IP:127.0.0.1"}, "127.0.0.1")), "x");
}

TEST_F(OriginTlsTest, refuses_a_certificate_for_another_name) {
  const std::vector<std::pair<CertificateTerms, std::string>> wrong{
      {{.subject_alt_name = "DNS:other.example"}, "localhost"},
      {{.subject_alt_name = "DNS:local*"}, "localhost"},
      {{.subject_alt_name = "DNS:*"}, "localhost"},
      {{.subject_alt_name = "IP:127.0.0.2"}, "127.0.0.1"},
      {{.subject_alt_name = "DNS:127.0.0.1"}, "127.0.0.1"},
      {{.subject_alt_name = "IP:127.0.0.1"}, "localhost"},
      {{.subject_alt_name = "", .common_name = "localhost"}, "localhost"}};
  for (const auto& [terms, host] : wrong) {
    const Answered answered = load_from(terms, host);
    EXPECT_EQ(detail_of(answered, "reason"), "tls") << terms.subject_alt_name;
    EXPECT_THAT(text_of(answered), HasSubstr("the certificate is not accepted"));
    EXPECT_EQ(request_count_, 0U) << "nothing is sent to a peer that is not verified";
  }
}

TEST_F(OriginTlsTest, refuses_an_expired_certificate) {
  const Answered answered =
      load_from({.subject_alt_name = "DNS:localhost", .is_expired = true}, "localhost");
  EXPECT_THAT(text_of(answered), HasSubstr("expired"));
  EXPECT_EQ(failures("tls"), 1);
}

TEST_F(OriginTlsTest, refuses_an_authority_that_is_not_trusted) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); },
                    authority_.issue({.subject_alt_name = "DNS:localhost"}));
  const TestAuthority other;
  EXPECT_EQ(detail_of(load_from(origin, "localhost", other.file()), "reason"), "tls");
  EXPECT_EQ(detail_of(load_from(origin, "localhost", ""), "reason"), "tls")
      << "the system's authorities do not know it either";
  EXPECT_EQ(request_count_, 0U);
}

TEST_F(OriginTlsTest, does_not_retry_what_it_does_not_trust) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); },
                    authority_.issue({.subject_alt_name = "DNS:other"}));
  read_from({.url = origin.url("/{id}", "localhost"),
             .connection = {.max_retries = 5, .ca_file = authority_.file()}});
  EXPECT_FALSE(ask().get());
  EXPECT_EQ(figure("nacre_origin_retries_total"), 0);
}

TEST_F(OriginTlsTest, fails_when_the_peer_ends_the_handshake) {
  TestOrigin plain([](const SeenRequest&) { return OriginScript::reply(200, "x"); });
  std::string url = plain.url("/{id}");
  url.replace(0, 4, "https");
  read_from({.url = url, .connection = {.max_retries = 0, .ca_file = authority_.file()}});
  Asked asked = ask();
  ASSERT_TRUE(plain.wait_for_connections(1));
  plain.close_connections();
  EXPECT_EQ(detail_of(asked.get(), "reason"), "connect");
}

TEST_F(OriginTlsTest, keeps_its_connection) {
  TestOrigin origin([](const SeenRequest&) { return OriginScript::reply(200, "x"); },
                    authority_.issue({.subject_alt_name = "DNS:localhost"}));
  read_from(
      {.url = origin.url("/{id}", "localhost"), .connection = {.ca_file = authority_.file()}});
  for (int count = 0; count < 3; ++count) EXPECT_EQ(text_of(ask().get()), "x");
  EXPECT_EQ(origin.connection_count(), 1U);
}

// A TLS record holds 16 KiB: the answer fills the first, and another answer follows in the second,
// which may be in our memory and not in the socket's by then.
TEST_F(OriginTlsTest, P8_what_follows_an_answer_is_no_answer) {
  constexpr std::size_t record_bytes = 16384;
  const std::size_t head_bytes = OriginScript::reply(200, std::string(10'000, 'x')).bytes.size();
  const std::string body(record_bytes - (head_bytes - 10'000), 'x');
  TestOrigin origin(
      [&](const SeenRequest& request) {
        if (request.request_index > 0) return OriginScript::reply(200, "right");
        OriginScript two = OriginScript::reply(200, body);
        EXPECT_EQ(two.bytes.size(), record_bytes);
        two.bytes += OriginScript::reply(200, "wrong").bytes;
        return two;
      },
      authority_.issue({.subject_alt_name = "DNS:localhost"}));
  read_from(
      {.url = origin.url("/{id}", "localhost"), .connection = {.ca_file = authority_.file()}});
  EXPECT_EQ(text_of(ask().get()), body);
  // Each record is written by itself. One that comes after the next question was sent cannot be
  // told from its answer, by anybody.
  ASSERT_TRUE(origin.wait_for_sent(1));
  EXPECT_EQ(text_of(ask().get()), "right");
}

// Without TLS's own end somebody on the way may have cut the body.
TEST_F(OriginTlsTest, takes_a_body_without_length_only_when_tls_ends_in_order) {
  const std::string answer = "HTTP/1.1 200 OK\r\n\r\nwhole or not";
  TestOrigin origin(
      [&](const SeenRequest& request) {
        const bool is_cut = request.request_index == 0;
        return OriginScript{.bytes = answer, .closes = !is_cut, .truncates = is_cut};
      },
      authority_.issue({.subject_alt_name = "DNS:localhost"}));
  read_from({.url = origin.url("/{id}", "localhost"),
             .connection = {.max_retries = 0, .ca_file = authority_.file()}});
  EXPECT_EQ(detail_of(ask().get(), "reason"), "reset");
  EXPECT_EQ(text_of(ask().get()), "whole or not");
}

TEST_F(OriginTlsTest, refuses_a_ca_file_that_is_none) {
  EXPECT_THROW(read_from({.url = "https://localhost/{id}",
                          .connection = {.ca_file = "/nonexistent/ca.pem"}}),
               Error);
}

}  // namespace
}  // namespace nacre
