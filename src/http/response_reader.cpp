#include "http/response_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

namespace nacre {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::iequals;
using boost::beast::string_view;

namespace {

// What is set aside at once for a body that says its length; a lie costs no more than this.
constexpr std::size_t max_reserved_body_bytes = std::size_t{256} << 10;

// How each message begins. Beast waits for a whole head before it looks, so that a peer that
// speaks something else would keep us waiting.
constexpr std::string_view protocol = "HTTP/1.";

// The shortest end of a chunked body, "0\r\n\r\n". Beast asserts that it sees as much of a last
// chunk that is also the first one, so an origin that sends byte by byte would stop the process.
constexpr std::size_t min_chunk_bytes = 5;

// ": " and the line's end.
constexpr std::size_t field_overhead_bytes = 4;

void append_field(std::string& field, string_view value) {
  if (!field.empty()) field += ", ";
  field.append(value.data(), value.size());
}

}  // namespace

/// Beast's parser, with the checks that it leaves out.
class ResponseReader::Parser final : public http::basic_parser<false> {
 public:
  explicit Parser(std::size_t max_body_bytes) {
    header_limit(max_response_head_bytes);
    body_limit(max_body_bytes);
    eager(true);
  }

  OriginResponse& response() noexcept { return response_; }

  bool reads_chunks() const { return is_head_done_ && chunked(); }

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}

  void on_response_impl(int status, string_view reason, int version, error_code& error) override {
    response_.status = status;
    is_http_1_0_ = version == 10;
    head_bytes_ += reason.size();
    if (status < 100 || status > 599) error = http::error::bad_status;
  }

  // Beast forgets the bytes of the fields it has taken, so its own limit does not hold for a head
  // that arrives in pieces.
  void on_field_impl(http::field name, string_view name_text, string_view value,
                     error_code& error) override {
    head_bytes_ += name_text.size() + value.size() + field_overhead_bytes;
    if (head_bytes_ > max_response_head_bytes) {
      error = http::error::header_limit;
    } else if (is_head_done_) {
      return;  // a trailer
    } else if (name == http::field::transfer_encoding) {
      // Anything else would be passed through as if it were the value; HTTP/1.0 has none
      // (RFC 9112, section 6.1).
      if (!iequals(value, "chunked") || is_http_1_0_) error = http::error::bad_transfer_encoding;
    } else if (std::string* const field = find_field(name)) {
      append_field(*field, value);
    }
  }

  std::string* find_field(http::field name) noexcept {
    switch (name) {
      case http::field::content_type:
        return &response_.content_type;
      case http::field::content_encoding:
        return &response_.content_encoding;
      case http::field::cache_control:
        return &response_.cache_control;
      case http::field::age:
        return &response_.age;
      case http::field::etag:
        return &response_.etag;
      case http::field::last_modified:
        return &response_.last_modified;
      default:
        return nullptr;
    }
  }

  void on_header_impl(error_code&) override { is_head_done_ = true; }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) {
      response_.body.reserve(
          static_cast<std::size_t>(std::min<std::uint64_t>(*length, max_reserved_body_bytes)));
    }
  }

  std::size_t on_body_impl(string_view body, error_code&) override {
    response_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    response_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_finish_impl(error_code&) override {}

  OriginResponse response_;
  std::size_t head_bytes_ = 0;
  bool is_http_1_0_ = false;
  bool is_head_done_ = false;
};

ResponseReader::ResponseReader(std::size_t max_body_bytes)
    : max_body_bytes_(max_body_bytes), parser_(std::make_unique<Parser>(max_body_bytes)) {}

ResponseReader::~ResponseReader() = default;

ResponseReader::State ResponseReader::feed(std::string_view bytes) {
  if (bytes.empty() || state_ != State::needs_more) return state_;
  has_begun_ = true;
  if (pending_.empty()) {
    bytes.remove_prefix(parse(bytes));
    pending_ = bytes;
  } else {
    pending_ += bytes;
    pending_.erase(0, parse(pending_));
  }
  if (state_ == State::needs_more && pending_.size() > max_response_head_bytes) {
    fail(Fault::head_too_large, "a chunk's head or its trailers are longer than 64 KiB");
  }
  if (!pending_.empty()) is_clean_ = false;
  return state_;
}

ResponseReader::State ResponseReader::feed_end() {
  if (state_ != State::needs_more) return state_;
  error_code error;
  if (parser_->got_some()) {
    parser_->put_eof(error);
  } else {
    error = http::error::partial_message;
  }
  if (error) {
    fail(Fault::cut_short, "the connection ended before the response did");
  } else {
    state_ = State::complete;
  }
  return state_;
}

OriginResponse ResponseReader::take_response() {
  return std::move(parser_->response());
}

std::size_t ResponseReader::parse(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == State::needs_more && taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    const bool is_at_start = parser_->response().status == 0;
    if (is_at_start && !protocol.starts_with(rest.substr(0, protocol.size()))) {
      fail(Fault::malformed, "the response is not HTTP/1.1: it begins otherwise");
      break;
    }
    if (parser_->reads_chunks() && rest.size() < min_chunk_bytes) break;
    error_code error;
    taken += parser_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    if (error == http::error::need_more) break;
    if (error == http::error::header_limit) {
      fail(Fault::head_too_large, "the head is longer than 64 KiB");
    } else if (error == http::error::body_limit) {
      fail(Fault::body_too_large,
           fmt::format("the body is longer than max_body_bytes ({})", max_body_bytes_));
    } else if (error) {
      fail(Fault::malformed, fmt::format("the response is not HTTP/1.1: {}", error.message()));
    } else if (parser_->is_done()) {
      finish_message();
    }
  }
  return taken;
}

void ResponseReader::finish_message() {
  const int status = parser_->response().status;
  if (status >= 200) {
    is_clean_ = parser_->keep_alive();
    state_ = State::complete;
  } else if (status == 101) {
    fail(Fault::malformed, "101 switches to a protocol that nobody asked for");
  } else if (++interim_count_ > max_interim_responses) {
    fail(Fault::malformed, fmt::format("more than {} interim responses", max_interim_responses));
  } else {
    parser_ = std::make_unique<Parser>(max_body_bytes_);
  }
}

void ResponseReader::fail(Fault fault, std::string trouble) {
  state_ = State::failed;
  fault_ = fault;
  trouble_ = std::move(trouble);
}

}  // namespace nacre
