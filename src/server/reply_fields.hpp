// The fields every response carries: the date and the request's id. One of each a loop, so that
// neither locks nor allocates.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace nacre::server {

/// The field Date as HTTP writes it, made once a second. One caller at a time.
class DateText final {
 public:
  /// "Sat, 21 Nov 2026 01:54:11 GMT" (RFC 9110 section 5.6.7); valid until the next call.
  std::string_view at(std::chrono::system_clock::time_point now);

 private:
  std::chrono::sys_seconds second_{std::chrono::seconds(-1)};
  std::string text_{};
};

/// Makes ids for requests that bring none: 16 hexadecimal digits, a counter behind a bijection, so
/// they never repeat within a process and tell nothing of the number of requests.
class RequestIds final {
 public:
  explicit RequestIds(std::uint64_t seed) noexcept : state_(seed) {}

  /// A new id; valid until the next call.
  std::string_view next();

 private:
  std::uint64_t state_;
  std::string text_{};
};

/// True for an id that is taken over from a request: 1 to 64 of [A-Za-z0-9._-].
bool is_request_id(std::string_view text) noexcept;

}  // namespace nacre::server
