#include "resp/reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

namespace nacre::resp {
namespace {

// One system call's worth for a pipeline of small replies; larger frames grow it.
constexpr std::size_t least_room_bytes = std::size_t{16} << 10;
constexpr std::size_t first_capacity_bytes = std::size_t{64} << 10;
// A buffer that one large reply has grown beyond this is given back once it is empty.
constexpr std::size_t kept_capacity_bytes = std::size_t{1} << 20;
// More digits than any 64-bit number has, with its sign.
constexpr std::size_t max_number_chars = 20;

Node node_of(Type type, std::size_t size = 0) noexcept {
  Node node;
  node.type = type;
  node.size = static_cast<std::uint32_t>(size);
  return node;
}

enum class Scan : std::uint8_t { complete, incomplete, bad };

/// Reads "123\r\n" at `at`, moving it behind the line end.
Scan scan_number(const char*& at, const char* end, std::int64_t& value) noexcept {
  const char* here = at;
  const bool is_negative = here != end && *here == '-';
  if (here != end && (*here == '-' || *here == '+')) ++here;
  const char* const first_digit = here;
  std::uint64_t magnitude = 0;
  for (; here != end && *here >= '0' && *here <= '9'; ++here) {
    const auto digit = static_cast<std::uint64_t>(*here - '0');
    constexpr std::uint64_t most = std::uint64_t{1} << 63;
    if (magnitude > (most - digit) / 10) return Scan::bad;
    magnitude = 10 * magnitude + digit;
    if (static_cast<std::size_t>(here - first_digit) >= max_number_chars) return Scan::bad;
  }
  if (here == end) return Scan::incomplete;
  if (here == first_digit || *here != '\r') return Scan::bad;
  if (here + 1 == end) return Scan::incomplete;
  if (here[1] != '\n') return Scan::bad;
  constexpr auto most_positive =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!is_negative && magnitude > most_positive) return Scan::bad;
  value = static_cast<std::int64_t>(is_negative ? 0 - magnitude : magnitude);
  at = here + 2;
  return Scan::complete;
}

bool parse_real(std::string_view text, double& value) noexcept {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool is_decimal(std::string_view text) noexcept {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Reader::Reader(const Limits& limits) : limits_(limits) {
  limits_.max_bulk_bytes =
      std::min<std::size_t>(limits_.max_bulk_bytes, std::numeric_limits<std::uint32_t>::max() - 1U);
}

Reader::~Reader() = default;

std::span<char> Reader::prepare() {
  release_frame();
  if (begin_ == end_ && open_.empty()) {
    begin_ = at_ = scanned_ = end_ = 0;
    if (capacity_ > kept_capacity_bytes) {
      buffer_.reset();
      capacity_ = 0;
    }
  }
  if (capacity_ - end_ < least_room_bytes) make_room(least_room_bytes);
  return {buffer_.get() + end_, capacity_ - end_};
}

void Reader::make_room(std::size_t wanted_bytes) {
  const std::size_t used = end_ - begin_;
  if (used + wanted_bytes > capacity_ || used > capacity_ / 2) {
    const std::size_t grown = std::max({first_capacity_bytes, 2 * capacity_, used + wanted_bytes});
    auto larger = std::make_unique_for_overwrite<char[]>(grown);
    if (used != 0) std::memcpy(larger.get(), buffer_.get() + begin_, used);
    buffer_ = std::move(larger);
    capacity_ = grown;
  } else {
    std::memmove(buffer_.get(), buffer_.get() + begin_, used);
  }
  at_ -= begin_;
  scanned_ -= std::min(begin_, scanned_);
  end_ = used;
  begin_ = 0;
}

void Reader::commit(std::size_t size) noexcept {
  end_ += std::min(size, capacity_ - end_);
}

void Reader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::span<char> room = prepare();
    const std::size_t size = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), size);
    commit(size);
    bytes.remove_prefix(size);
  }
}

Step Reader::next() {
  if (!trouble_.empty()) return Step::fault;
  release_frame();
  try {
    return read_on();
  } catch (const std::bad_alloc&) {
    fail("there is no memory for a reply");
    throw;
  }
}

Step Reader::read_on() {
  for (;;) {
    switch (read_element()) {
      case Progress::opened:
        break;
      case Progress::value:
        if (!close_ended_aggregates()) break;
        // Here too, so that a frame passes or not however its bytes were cut.
        if (at_ - begin_ > limits_.max_frame_bytes) {
          fail("a reply is larger than allowed");
          return Step::fault;
        }
        return is_push_done_ ? Step::push : Step::reply;
      case Progress::need_more:
        if (end_ - begin_ > limits_.max_frame_bytes) {
          fail("a reply is larger than allowed");
          return Step::fault;
        }
        return Step::need_more;
      case Progress::fault:
        return Step::fault;
    }
  }
}

// A value has been added: it may have been the last of what it is in, and so on outwards. True when
// a frame is complete.
bool Reader::close_ended_aggregates() noexcept {
  const char* const base = buffer_.get() + begin_;
  for (;;) {
    if (open_.empty()) {
      is_frame_done_ = true;
      frame_ = Reply(nodes_.data(), base);
      return true;
    }
    if (open_.back().missing_count > 1) {
      --open_.back().missing_count;
      return false;
    }
    std::vector<Node>& ended_nodes = nodes();
    Node& ended = ended_nodes[open_.back().node_index];
    ended.span_count = static_cast<std::uint32_t>(ended_nodes.size() - open_.back().node_index);
    open_.pop_back();
    if (ended.type == Type::attribute) return false;
    if (ended.type == Type::push) {
      push_depth_ = 0;
      is_push_done_ = true;
      frame_ = Reply(pushed_.data(), base);
      return true;
    }
  }
}

void Reader::release_frame() noexcept {
  if (is_push_done_) {
    is_push_done_ = false;
    pushed_.clear();
    if (nodes_.empty() && open_.empty()) begin_ = at_;
  } else if (is_frame_done_) {
    is_frame_done_ = false;
    nodes_.clear();
    begin_ = at_;
  }
}

Reader::Progress Reader::read_element() {
  if (at_ == end_) return Progress::need_more;
  switch (buffer_[at_]) {
    case '$':
      return read_string(Type::bulk_string);
    case '+':
      return read_line(Type::simple_string);
    case ':':
      return read_integer();
    case '*':
      return read_aggregate(Type::array);
    case '-':
      return read_line(Type::simple_error);
    case '_':
      return read_line(Type::null);
    case '%':
      return read_aggregate(Type::map);
    case '>':
      return read_aggregate(Type::push);
    case '~':
      return read_aggregate(Type::set);
    case ',':
      return read_line(Type::real);
    case '#':
      return read_line(Type::boolean);
    case '(':
      return read_line(Type::big_number);
    case '=':
      return read_string(Type::verbatim_string);
    case '!':
      return read_string(Type::bulk_error);
    case '|':
      return read_aggregate(Type::attribute);
    default:
      return fail("a reply begins with a byte that names no type");
  }
}

Reader::Progress Reader::read_integer() {
  const char* here = buffer_.get() + at_ + 1;
  Node node = node_of(Type::integer);
  switch (scan_number(here, buffer_.get() + end_, node.integer)) {
    case Scan::incomplete:
      return Progress::need_more;
    case Scan::bad:
      return fail("an integer is not one of 64 bits");
    case Scan::complete:
      break;
  }
  at_ = static_cast<std::size_t>(here - buffer_.get());
  return add(node);
}

Reader::Progress Reader::read_string(Type type) {
  const char* here = buffer_.get() + at_ + 1;
  const char* const end = buffer_.get() + end_;
  std::int64_t size = 0;
  switch (scan_number(here, end, size)) {
    case Scan::incomplete:
      return Progress::need_more;
    case Scan::bad:
      return fail("the length of a string is no number");
    case Scan::complete:
      break;
  }
  if (size == -1 && type == Type::bulk_string) {
    at_ = static_cast<std::size_t>(here - buffer_.get());
    return add(node_of(Type::null));
  }
  if (size < 0) return fail("the length of a string is negative");
  const auto bytes = static_cast<std::size_t>(size);
  const auto offset = static_cast<std::size_t>(here - buffer_.get()) - begin_;
  if (bytes > limits_.max_bulk_bytes) return fail("a string is longer than allowed");
  if (offset + bytes + 2 > limits_.max_frame_bytes) return fail("a reply is larger than allowed");
  if (static_cast<std::size_t>(end - here) < bytes + 2) return Progress::need_more;
  if (here[bytes] != '\r' || here[bytes + 1] != '\n') return fail("a string has no line end");
  if (type == Type::verbatim_string && (bytes < 4 || here[3] != ':')) {
    return fail("a verbatim string has no format");
  }
  at_ = begin_ + offset + bytes + 2;
  Node node = node_of(type, bytes);
  node.offset = offset;
  return add(node);
}

Reader::Progress Reader::read_line(Type type) {
  const std::size_t from = std::max(at_ + 1, scanned_);
  const void* const found =
      from < end_ ? std::memchr(buffer_.get() + from, '\r', end_ - from) : nullptr;
  const std::size_t line_end =
      found == nullptr ? end_
                       : static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.get());
  if (line_end - at_ - 1 > limits_.max_bulk_bytes) return fail("a line is longer than allowed");
  if (found == nullptr || line_end + 1 == end_) {
    scanned_ = line_end;
    return Progress::need_more;
  }
  if (buffer_[line_end + 1] != '\n') return fail("a line does not end in CR LF");
  const std::string_view text(buffer_.get() + at_ + 1, line_end - at_ - 1);
  if (text.find('\n') != std::string_view::npos) return fail("a line does not end in CR LF");
  const Progress progress = add_text(type, text);
  at_ = line_end + 2;
  return progress;
}

Reader::Progress Reader::add_text(Type type, std::string_view text) {
  Node node = node_of(type, text.size());
  node.offset = static_cast<std::uint64_t>(text.data() - buffer_.get()) - begin_;
  switch (type) {
    case Type::null:
      if (!text.empty()) return fail("a null is not empty");
      return add(node_of(Type::null));
    case Type::boolean:
      if (text != "t" && text != "f") return fail("a boolean is neither t nor f");
      node = node_of(Type::boolean);
      node.integer = text == "t" ? 1 : 0;
      return add(node);
    case Type::real:
      node = node_of(Type::real);
      if (!parse_real(text, node.real)) return fail("a double is no number");
      return add(node);
    case Type::big_number:
      if (!is_decimal(text)) return fail("a big number is no number");
      return add(node);
    default:
      return add(node);
  }
}

Reader::Progress Reader::read_aggregate(Type type) {
  const char* here = buffer_.get() + at_ + 1;
  std::int64_t count = 0;
  switch (scan_number(here, buffer_.get() + end_, count)) {
    case Scan::incomplete:
      return Progress::need_more;
    case Scan::bad:
      return fail("the length of an aggregate is no number");
    case Scan::complete:
      break;
  }
  const auto next = static_cast<std::size_t>(here - buffer_.get());
  if (count == -1 && type == Type::array) {
    at_ = next;
    return add(node_of(Type::null));
  }
  if (count < 0) return fail("the length of an aggregate is negative");
  const std::uint64_t elements_each = type == Type::map || type == Type::attribute ? 2 : 1;
  if (static_cast<std::uint64_t>(count) > limits_.max_elements / elements_each) {
    return fail("an aggregate has more elements than allowed");
  }
  const std::size_t outer_depth = is_in_push() ? open_.size() + 1 - push_depth_ : open_.size();
  if (type == Type::push) {
    if (is_in_push()) return fail("a push is inside a push");
    if (count == 0) return fail("a push is empty");
  } else if (outer_depth >= limits_.max_depth) {
    return fail("a reply is nested deeper than allowed");
  }
  const std::size_t missing = static_cast<std::size_t>(count) * elements_each;
  open_.reserve(open_.size() + 1);
  if (type == Type::push) push_depth_ = open_.size() + 1;
  const std::size_t index = nodes().size();
  const Progress progress = add(node_of(type, missing));
  if (progress == Progress::fault) return progress;
  at_ = next;
  if (missing == 0) return type == Type::attribute ? Progress::opened : Progress::value;
  open_.push_back({.node_index = index, .missing_count = missing});
  return Progress::opened;
}

Reader::Progress Reader::add(const Node& node) {
  std::vector<Node>& here = nodes();
  if (here.size() > limits_.max_elements) return fail("a reply has more elements than allowed");
  here.push_back(node);
  scanned_ = 0;
  return Progress::value;
}

Reader::Progress Reader::fail(std::string_view trouble) noexcept {
  trouble_ = trouble;
  return Progress::fault;
}

void Reader::reset() noexcept {
  begin_ = at_ = scanned_ = end_ = 0;
  nodes_.clear();
  pushed_.clear();
  open_.clear();
  push_depth_ = 0;
  is_frame_done_ = is_push_done_ = false;
  frame_ = Reply();
  trouble_ = {};
}

}  // namespace nacre::resp
