// Who may ask: the checks on Host, Origin and Sec-Fetch-Site that keep web pages of strangers out
// (DNS rebinding, cross-site requests), and the bearer token.
//
// Pure. Const after construction, so thread safe.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/error.hpp"
#include "server/message.hpp"

namespace nacre::server {

struct AccessOptions {
  /// Names a Host field may have besides addresses of the connection and localhost. Without ports.
  std::vector<std::string> allowed_hosts{};

  /// Origins other than the server's own whose pages may ask: "https://console.example".
  std::vector<std::string> allowed_origins{};

  /// What callers must send as `Authorization: Bearer ...`; empty for no token.
  std::string bearer_token{};
};

/// What a route asks of its callers.
enum class Access : std::uint8_t { open, token };

class AccessPolicy final {
 public:
  explicit AccessPolicy(AccessOptions options);

  /// Why `request` is refused: forbidden or unauthorized; nullopt when it may go on. A request
  /// without Host (HTTP/1.0) comes from no browser and passes that check.
  std::optional<Error> find_refusal(const Request& request, Access access) const;

  bool has_token() const noexcept { return has_token_; }

 private:
  bool is_allowed_host(const Request& request) const noexcept;
  bool is_allowed_origin(const Request& request) const noexcept;
  bool is_right_token(std::string_view authorization) const;

  std::vector<std::string> allowed_hosts_;
  std::vector<std::string> allowed_origins_;
  bool has_token_ = false;
  std::array<unsigned char, 32> token_digest_{};
};

/// Throws Error invalid_argument when an address of `listen` can be reached from other machines and
/// there is no token: whoever can connect could read and change the whole cache.
void check_exposure(const std::vector<std::string>& listen, bool has_token);

}  // namespace nacre::server
