// Reads one HTTP/1 response from bytes as they arrive. No sockets: the connection feeds it.
//
// It is made for origins that lie: whatever the bytes are, it ends in a response or in a fault, and
// holds no more than its limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/origin_response.hpp"

namespace nacre {

/// The head of a response, its fields and the line and trailers of a chunk, each stay below this.
inline constexpr std::size_t max_response_head_bytes = std::size_t{64} << 10;

/// Interim (1xx) responses before the final one. Origins send one or two.
inline constexpr std::size_t max_interim_responses = 8;

class ResponseReader {
 public:
  enum class State : std::uint8_t { needs_more, complete, failed };

  /// Why it failed. cut_short: the connection ended before the response did.
  enum class Fault : std::uint8_t { none, malformed, head_too_large, body_too_large, cut_short };

  explicit ResponseReader(std::size_t max_body_bytes);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  /// Takes the next bytes, while the state is needs_more. Amortised O(bytes).
  State feed(std::string_view bytes);

  /// The peer has closed, orderly. Completes a body without a length.
  State feed_end();

  State state() const noexcept { return state_; }
  Fault fault() const noexcept { return fault_; }

  /// For people, when failed.
  const std::string& trouble() const noexcept { return trouble_; }

  /// Whether any byte has come.
  bool has_begun() const noexcept { return has_begun_; }

  /// Whether the connection may carry another request: the response is complete by its own length,
  /// nothing follows it, and the peer does not close.
  bool leaves_connection_clean() const noexcept { return is_clean_; }

  /// The response, once. Only when complete.
  OriginResponse take_response();

 private:
  class Parser;

  std::size_t parse(std::string_view bytes);
  void finish_message();
  void fail(Fault fault, std::string trouble);

  std::size_t max_body_bytes_;
  std::unique_ptr<Parser> parser_;
  std::string pending_;  // what the parser wants to see again with more behind it
  std::string trouble_;
  std::size_t interim_count_ = 0;
  State state_ = State::needs_more;
  Fault fault_ = Fault::none;
  bool has_begun_ = false;
  bool is_clean_ = false;
};

}  // namespace nacre
