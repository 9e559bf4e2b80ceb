// Reads the head of one HTTP/1.x request, strictly: what two programs could read differently is
// refused (RFC 9112, and the smuggling classes of sections 5.1, 6.1, 6.3 and 11.2).
//
// Pure: no I/O, no allocation, no time. The views point into the given bytes. The cost is two
// passes over the head, one of them memchr.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/http_limits.hpp"

namespace nacre::server {

enum class Method : std::uint8_t { get, head, put, post, remove, other };

/// How the length of a body is known.
enum class Framing : std::uint8_t { none, length, chunked };

/// One request's head. Views live as long as the bytes they were parsed from.
struct RequestHead {
  Method method = Method::other;
  std::string_view method_text{};
  std::string_view path{};   ///< begins with '/', still percent-encoded
  std::string_view query{};  ///< without '?', still percent-encoded
  int minor_version = 1;     ///< HTTP/1.0 or HTTP/1.1
  bool keep_alive = true;
  bool expects_continue = false;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;  ///< with Framing::length

  // The fields somebody here reads; empty when absent.
  std::string_view host{};
  std::string_view accept{};
  std::string_view authorization{};
  std::string_view content_type{};
  std::string_view origin{};
  std::string_view fetch_site{};
  std::string_view request_id{};
  std::string_view traceparent{};
  std::string_view tracestate{};
};

/// Why a head was refused: the status to answer and one sentence for the peer.
struct HeadRefusal {
  int status = 400;
  std::string_view reason{};
};

/// What one look at the bytes gave.
struct HeadResult {
  enum class Kind : std::uint8_t { incomplete, complete, refused };
  Kind kind = Kind::incomplete;
  std::size_t head_bytes = 0;  ///< with complete: length of the head with its empty line
  HeadRefusal refusal{};       ///< with refused
};

/// Finds and parses heads. Remembers which lines it has looked through, so a head that comes byte
/// by byte costs little more than one that comes whole. One caller at a time.
class HeadParser final {
 public:
  /// `limits` outlives the parser.
  explicit HeadParser(const HttpLimits& limits) noexcept : limits_(limits) {}

  /// Looks at `bytes`, which begin at the head's first byte and only grow between calls until a
  /// result other than incomplete is returned. `head` is valid with complete only.
  HeadResult parse(std::string_view bytes, RequestHead& head) noexcept;

  /// Forgets what was looked at: the next call begins a new head.
  void reset() noexcept { scanned_bytes_ = 0; }

 private:
  const HttpLimits& limits_;
  std::size_t scanned_bytes_ = 0;
};

/// True when `text` is a token of RFC 9110 section 5.6.2: one or more of its 77 characters.
bool is_token(std::string_view text) noexcept;

/// True when `left` and `right` are equal without regard to ASCII case.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

}  // namespace nacre::server
