#include "server/head_parser.hpp"

#include <array>
#include <cstring>
#include <optional>

namespace nacre::server {
namespace {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}

constexpr std::array<bool, 256> token_table = make_token_table();

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool is_visible(char c) noexcept {
  return c > 0x20 && c < 0x7f;
}

// Field values may hold any byte but controls; the tab is white space (RFC 9110 section 5.5).
bool is_field_value(std::string_view text) noexcept {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
  }
  return true;
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> parse_length(std::string_view text) noexcept {
  // 19 digits cannot overflow 64 bits; no body comes near that.
  if (text.empty() || text.size() > 19) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return length;
}

bool is_port(std::string_view text) noexcept {
  if (text.size() > 5) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

// uri-host [":" port] with the characters host names and addresses really have.
bool is_authority(std::string_view text) noexcept {
  std::size_t host_bytes = 0;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    for (const char c : text.substr(1, close - 1)) {
      const bool hex = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
      if (!hex && c != ':' && c != '.') return false;
    }
    host_bytes = close + 1;
  } else {
    while (host_bytes < text.size() && text[host_bytes] != ':') {
      const char c = lower(text[host_bytes]);
      const bool allowed =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
      if (!allowed) return false;
      ++host_bytes;
    }
    if (host_bytes == 0) return false;
  }
  if (host_bytes == text.size()) return true;
  return text[host_bytes] == ':' && is_port(text.substr(host_bytes + 1));
}

Method method_of(std::string_view text) noexcept {
  if (text == "GET") return Method::get;
  if (text == "PUT") return Method::put;
  if (text == "POST") return Method::post;
  if (text == "DELETE") return Method::remove;
  if (text == "HEAD") return Method::head;
  return Method::other;
}

// Everything that is collected while the lines of one head are read.
class HeadReader {
 public:
  HeadReader(const HttpLimits& limits, RequestHead& head) noexcept : limits_(limits), head_(head) {}

  std::optional<HeadRefusal> read(std::string_view lines) noexcept {
    std::size_t line_end = lines.find("\r\n");
    if (auto refusal = read_request_line(lines.substr(0, line_end))) return refusal;
    lines.remove_prefix(line_end + 2);
    std::size_t field_count = 0;
    while (lines.size() > 2) {
      if (++field_count > limits_.max_field_count) {
        return HeadRefusal{431, "the head has more fields than allowed"};
      }
      line_end = lines.find("\r\n");
      if (auto refusal = read_field(lines.substr(0, line_end))) return refusal;
      lines.remove_prefix(line_end + 2);
    }
    return conclude();
  }

 private:
  std::optional<HeadRefusal> read_request_line(std::string_view line) noexcept {
    const std::size_t method_end = line.find(' ');
    const std::size_t target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || target_end == method_end) {
      return HeadRefusal{400, "the request line must be: method, target and HTTP version"};
    }
    head_.method_text = line.substr(0, method_end);
    if (head_.method_text.size() > max_method_bytes || !is_token(head_.method_text)) {
      return HeadRefusal{400, "the method is not a token of at most 32 bytes"};
    }
    head_.method = method_of(head_.method_text);
    if (auto refusal = read_version(line.substr(target_end + 1))) return refusal;
    return read_target(line.substr(method_end + 1, target_end - method_end - 1));
  }

  std::optional<HeadRefusal> read_version(std::string_view text) noexcept {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' ||
        !is_digit(text[7])) {
      return HeadRefusal{400, "the request line must end in the HTTP version"};
    }
    if (text[5] != '1' || text[7] > '1') {
      return HeadRefusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    }
    head_.minor_version = text[7] - '0';
    head_.keep_alive = head_.minor_version == 1;
    return std::nullopt;
  }

  std::optional<HeadRefusal> read_target(std::string_view target) noexcept {
    if (target.size() > limits_.max_url_bytes) {
      return HeadRefusal{414, "the URL is longer than allowed"};
    }
    for (const char c : target) {
      if (!is_visible(c) || c == '#') {
        return HeadRefusal{400, "the URL holds a byte that must be percent-encoded"};
      }
    }
    if (target.size() > 7 && equals_ignoring_case(target.substr(0, 7), "http://")) {
      target.remove_prefix(7);
      const std::size_t path_start = target.find('/');
      if (path_start == std::string_view::npos) {
        return HeadRefusal{400, "an absolute URL must hold a path"};
      }
      target_authority_ = target.substr(0, path_start);
      target.remove_prefix(path_start);
    }
    if (!target.starts_with('/')) {
      return HeadRefusal{400, "the URL must begin with '/'"};
    }
    const std::size_t question = target.find('?');
    head_.path = target.substr(0, question);
    if (question != std::string_view::npos) head_.query = target.substr(question + 1);
    return std::nullopt;
  }

  std::optional<HeadRefusal> read_field(std::string_view line) noexcept {
    if (line.front() == ' ' || line.front() == '\t') {
      return HeadRefusal{400, "a field must not be folded over two lines"};
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return HeadRefusal{400, "a field line needs a colon"};
    }
    const std::string_view name = line.substr(0, colon);
    if (!is_token(name)) {
      return HeadRefusal{400, "a field name must be a token with the colon right behind it"};
    }
    const std::string_view value = trim(line.substr(colon + 1));
    if (!is_field_value(value)) {
      return HeadRefusal{400, "a field value holds a control byte"};
    }
    return keep_field(name, value);
  }

  // The first switch keeps the fields nobody reads at one comparison.
  std::optional<HeadRefusal> keep_field(std::string_view name, std::string_view value) noexcept {
    const auto is = [name](std::string_view wanted) { return equals_ignoring_case(name, wanted); };
    switch (name.size()) {
      case 4:
        if (is("host")) return keep_once(head_.host, has_host_, value);
        break;
      case 6:
        if (is("accept") && head_.accept.empty()) head_.accept = value;
        if (is("origin")) return keep_once(head_.origin, has_origin_, value);
        if (is("expect")) return read_expect(value);
        break;
      case 10:
        if (is("connection")) read_connection(value);
        if (is("tracestate")) head_.tracestate = value;
        break;
      case 11:
        if (is("traceparent")) head_.traceparent = value;
        break;
      case 12:
        if (is("content-type")) return keep_once(head_.content_type, has_content_type_, value);
        if (is("x-request-id")) head_.request_id = value;
        break;
      case 13:
        if (is("authorization")) return keep_once(head_.authorization, has_authorization_, value);
        break;
      case 14:
        if (is("content-length")) return read_content_length(value);
        if (is("sec-fetch-site")) return keep_once(head_.fetch_site, has_fetch_site_, value);
        break;
      case 17:
        if (is("transfer-encoding")) return read_transfer_encoding(value);
        break;
      default:
        break;
    }
    return std::nullopt;
  }

  static std::optional<HeadRefusal> keep_once(std::string_view& kept, bool& seen,
                                              std::string_view value) noexcept {
    if (seen) return HeadRefusal{400, "a field that may come once came twice"};
    seen = true;
    kept = value;
    return std::nullopt;
  }

  std::optional<HeadRefusal> read_expect(std::string_view value) noexcept {
    if (!equals_ignoring_case(value, "100-continue")) {
      return HeadRefusal{417, "the only expectation met here is 100-continue"};
    }
    // RFC 9110 section 10.1.1: in an HTTP/1.0 request it is ignored.
    head_.expects_continue = head_.minor_version == 1;
    return std::nullopt;
  }

  void read_connection(std::string_view value) noexcept {
    while (!value.empty()) {
      const std::size_t comma = value.find(',');
      const std::string_view option = trim(value.substr(0, comma));
      if (equals_ignoring_case(option, "close")) asked_to_close_ = true;
      if (equals_ignoring_case(option, "keep-alive")) head_.keep_alive = true;
      value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    }
  }

  std::optional<HeadRefusal> read_content_length(std::string_view value) noexcept {
    if (has_length_) return HeadRefusal{400, "Content-Length came twice"};
    const std::optional<std::uint64_t> length = parse_length(value);
    if (!length) return HeadRefusal{400, "Content-Length must be one decimal number"};
    has_length_ = true;
    head_.content_length = *length;
    return std::nullopt;
  }

  std::optional<HeadRefusal> read_transfer_encoding(std::string_view value) noexcept {
    if (has_encoding_) return HeadRefusal{400, "Transfer-Encoding came twice"};
    if (!equals_ignoring_case(value, "chunked")) {
      return HeadRefusal{400, "the only Transfer-Encoding read here is chunked"};
    }
    has_encoding_ = true;
    return std::nullopt;
  }

  // What can only be judged once all fields are known.
  std::optional<HeadRefusal> conclude() noexcept {
    if (has_encoding_ && has_length_) {
      return HeadRefusal{400, "Content-Length and Transfer-Encoding exclude each other"};
    }
    if (has_encoding_ && head_.minor_version == 0) {
      return HeadRefusal{400, "HTTP/1.0 has no Transfer-Encoding"};
    }
    if (!has_host_ && head_.minor_version == 1) {
      return HeadRefusal{400, "an HTTP/1.1 request needs the field Host"};
    }
    if (has_host_ && !is_authority(head_.host)) {
      return HeadRefusal{400, "Host must be a name or address with an optional port"};
    }
    if (!target_authority_.empty() && !equals_ignoring_case(target_authority_, head_.host)) {
      return HeadRefusal{400, "the URL names another host than the field Host"};
    }
    if (asked_to_close_) head_.keep_alive = false;
    head_.framing = has_encoding_ ? Framing::chunked
                    : has_length_ ? Framing::length
                                  : Framing::none;
    return std::nullopt;
  }

  static constexpr std::size_t max_method_bytes = 32;

  const HttpLimits& limits_;
  RequestHead& head_;
  std::string_view target_authority_{};
  bool has_host_ = false;
  bool has_origin_ = false;
  bool has_content_type_ = false;
  bool has_authorization_ = false;
  bool has_fetch_site_ = false;
  bool has_length_ = false;
  bool has_encoding_ = false;
  bool asked_to_close_ = false;
};

HeadResult refused(int status, std::string_view reason) noexcept {
  return {.kind = HeadResult::Kind::refused, .refusal = {status, reason}};
}

// A peer that never sends a line end would otherwise be found out only by the time limit.
HeadResult judge_unfinished_line(std::string_view bytes, const HttpLimits& limits) noexcept {
  // The request line holds a method and a version beside the URL: 48 bytes at most.
  const bool in_request_line = bytes.find('\n') == std::string_view::npos;
  if (in_request_line && bytes.size() > limits.max_url_bytes + 48) {
    return refused(414, "the URL is longer than allowed");
  }
  if (bytes.size() > limits.max_head_bytes) return refused(431, "the head is longer than allowed");
  return {};
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  for (const char c : text) {
    if (!token_table[static_cast<unsigned char>(c)]) return false;
  }
  return !text.empty();
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  for (std::size_t index = 0; index < left.size(); ++index) {
    if (lower(left[index]) != lower(right[index])) return false;
  }
  return true;
}

HeadResult HeadParser::parse(std::string_view bytes, RequestHead& head) noexcept {
  // RFC 9112 section 2.2: one empty line before the request line is forgiven.
  const std::size_t skipped_bytes = bytes.starts_with("\r\n") ? 2 : 0;
  std::size_t line_start = scanned_bytes_ > skipped_bytes ? scanned_bytes_ : skipped_bytes;
  while (line_start < bytes.size()) {
    const void* found = std::memchr(bytes.data() + line_start, '\n', bytes.size() - line_start);
    if (found == nullptr) break;
    const auto line_feed = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (line_feed == 0 || bytes[line_feed - 1] != '\r') {
      return refused(400, "a line must end in CR LF");
    }
    if (line_feed + 1 > limits_.max_head_bytes) {
      return refused(431, "the head is longer than allowed");
    }
    const bool is_empty_line = line_feed - line_start == 1;
    line_start = line_feed + 1;
    scanned_bytes_ = line_start;
    if (!is_empty_line) continue;
    if (line_start == skipped_bytes + 2) return refused(400, "the request line is empty");
    head = RequestHead{};
    const std::string_view lines = bytes.substr(skipped_bytes, line_start - skipped_bytes);
    if (auto refusal = HeadReader(limits_, head).read(lines)) {
      return refused(refusal->status, refusal->reason);
    }
    return {.kind = HeadResult::Kind::complete, .head_bytes = line_start};
  }
  return judge_unfinished_line(bytes, limits_);
}

}  // namespace nacre::server
