#include "server/access_policy.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "assembly/listen_address.hpp"

namespace nacre::server {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest_of(std::string_view text) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

// "name:80" and "[::1]:80" without the port. The head parser has checked the form.
std::string_view without_port(std::string_view authority) noexcept {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

bool contains_name(const std::vector<std::string>& names, std::string_view wanted) noexcept {
  return std::any_of(names.begin(), names.end(), [wanted](const std::string& name) {
    return equals_ignoring_case(name, wanted);
  });
}

// A page of http(s)://`authority` itself. Either scheme: TLS may end at a proxy in front.
bool is_origin_of(std::string_view origin, std::string_view authority) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.size() == scheme.size() + authority.size() &&
        equals_ignoring_case(origin.substr(0, scheme.size()), scheme) &&
        equals_ignoring_case(origin.substr(scheme.size()), authority)) {
      return true;
    }
  }
  return false;
}

}  // namespace

AccessPolicy::AccessPolicy(AccessOptions options)
    : allowed_hosts_(std::move(options.allowed_hosts)),
      allowed_origins_(std::move(options.allowed_origins)),
      has_token_(!options.bearer_token.empty()) {
  if (has_token_) token_digest_ = digest_of(options.bearer_token);
  OPENSSL_cleanse(options.bearer_token.data(), options.bearer_token.size());
}

std::optional<Error> AccessPolicy::find_refusal(const Request& request, Access access) const {
  if (!is_allowed_host(request)) {
    return Error(Errc::forbidden,
                 "the field Host names a host this server does not answer for; allowed: its "
                 "address, localhost, and server.allowed_hosts",
                 {{"field", "Host"}});
  }
  if (!is_allowed_origin(request)) {
    return Error(Errc::forbidden,
                 "the request comes from a page of another site; allowed: pages of this server and "
                 "server.allowed_origins",
                 {{"field", request.head.origin.empty() ? "Sec-Fetch-Site" : "Origin"}});
  }
  if (has_token_ && access == Access::token && !is_right_token(request.head.authorization)) {
    return Error(Errc::unauthorized,
                 "this server wants its bearer token in the field Authorization: Bearer TOKEN",
                 {{"field", "Authorization"}});
  }
  return std::nullopt;
}

bool AccessPolicy::is_allowed_host(const Request& request) const noexcept {
  if (request.head.host.empty()) return true;
  const std::string_view host = without_port(request.head.host);
  if (equals_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "[::1]") {
    return true;
  }
  const std::string_view local = request.peer.local;
  if (!local.empty()) {
    const bool is_v6 = local.find(':') != std::string_view::npos;
    const std::string_view bare =
        is_v6 && host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
    if (equals_ignoring_case(bare, local)) return true;
  }
  return contains_name(allowed_hosts_, host);
}

bool AccessPolicy::is_allowed_origin(const Request& request) const noexcept {
  const RequestHead& head = request.head;
  if (!head.origin.empty()) {
    return is_origin_of(head.origin, head.host) || contains_name(allowed_origins_, head.origin);
  }
  // Browsers send this field with every request, also with those that have no Origin.
  return head.fetch_site.empty() || head.fetch_site == "same-origin" || head.fetch_site == "none";
}

// Digests are compared instead of tokens, in constant time: neither the length nor a common
// beginning of a wrong token shows in the time.
bool AccessPolicy::is_right_token(std::string_view authorization) const {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() < scheme.size() ||
      !equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
    return false;
  }
  const Digest digest = digest_of(authorization.substr(scheme.size()));
  return CRYPTO_memcmp(digest.data(), token_digest_.data(), digest.size()) == 0;
}

void check_exposure(const std::vector<std::string>& listen, bool has_token) {
  if (has_token) return;
  for (const std::string& text : listen) {
    const auto address = assembly::parse_listen_address(text);
    if (!address || address->is_loopback) continue;
    throw Error(Errc::invalid_argument,
                "server.listen: " + text +
                    " can be reached from other machines; allowed without a token: 127.0.0.1, ::1 "
                    "and localhost; set server.bearer_token_file to listen elsewhere",
                {{"setting", "server.bearer_token_file"}});
  }
}

}  // namespace nacre::server
