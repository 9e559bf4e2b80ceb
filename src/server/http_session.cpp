#include "server/http_session.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "server/error_response.hpp"
#include "server/reply_head.hpp"

namespace nacre::server {
namespace {

// One page less malloc's header: what an idle connection keeps. Most requests fit twice.
constexpr std::size_t first_buffer_bytes = 8 * 1024;

// What one read of a busy connection brings at most: a fair share of the loop.
constexpr std::size_t max_buffer_bytes = 64 * 1024;

// What the access log says of a request whose peer went away before its answer. No status of HTTP;
// nginx made it the usual one.
constexpr int client_gone_status = 499;

// A compacted buffer offers at least this to the next read.
constexpr std::size_t min_read_bytes = 2 * 1024;

}  // namespace

HttpSession::HttpSession(SessionContext& context, std::uint64_t id, PeerAddress peer)
    : context_(context),
      id_(id),
      peer_(std::move(peer)),
      now_(context.clock.now()),
      parser_(context.limits),
      idle_since_(now_),
      input_since_(now_),
      output_since_(now_) {}

HttpSession::Verdict HttpSession::verdict() const noexcept {
  if (is_aborted_) return Verdict::close;
  if (input_ != Input::ended) return can_take() ? Verdict::read : Verdict::wait;
  // Reading what will be dropped shows that the peer goes away.
  if (!slots_.empty() && !has_input_ended_) return Verdict::read;
  if (!slots_.empty() || !output_.is_empty()) return Verdict::wait;
  return must_linger_ && !has_input_ended_ ? Verdict::linger : Verdict::close;
}

std::span<char> HttpSession::read_space() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (buffer_.empty()) buffer_.resize(first_buffer_bytes);
  if (buffer_.size() - end_ < min_read_bytes && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t most_bytes = std::max(max_buffer_bytes, context_.limits.max_head_bytes * 2);
  if ((filled_buffer_ || end_ == buffer_.size()) && buffer_.size() < most_bytes) {
    buffer_.resize(std::min(buffer_.size() * 2, most_bytes));
  }
  filled_buffer_ = false;
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void HttpSession::on_bytes(std::size_t byte_count) {
  if (input_ == Input::ended) return;  // lingering: dropped
  now_ = context_.clock.now();
  if (input_ == Input::head && begin_ == end_) input_since_ = now_;
  end_ += byte_count;
  filled_buffer_ = end_ == buffer_.size();
  take_requests();
}

void HttpSession::on_end_of_input() {
  has_input_ended_ = true;
  input_ = Input::ended;
  for (Slot& slot : slots_) slot.asked.is_left = !slot.response;
  if (!slots_.empty()) gone_.request_stop();
}

void HttpSession::on_closed() {
  for (const Slot& slot : slots_) {
    if (!slot.response) log(slot.asked, client_gone_status, 0);
  }
  if (!slots_.empty()) gone_.request_stop();
}

void HttpSession::on_reply(std::uint64_t request, Response response) {
  const auto found = std::find_if(slots_.begin(), slots_.end(),
                                  [request](const Slot& slot) { return slot.request == request; });
  if (found == slots_.end() || found->response) return;
  now_ = context_.clock.now();
  waiting_bytes_ += response.body_bytes();
  found->response = std::move(response);
  write_ready();
  take_requests();
}

void HttpSession::on_sent(std::size_t byte_count) {
  output_.consume(byte_count);
  sent_bytes_ += byte_count;
  if (!output_.is_empty()) return;
  unsent_reply_count_ = 0;
  sent_bytes_ = 0;
  if (begin_ != end_) {
    now_ = context_.clock.now();
    take_requests();
  }
}

void HttpSession::on_time(TimePoint now) {
  now_ = now;
  const HttpLimits& limits = context_.limits;
  if (verdict() == Verdict::linger) {
    if (linger_since_ == TimePoint{}) linger_since_ = now;
    if (now - linger_since_ > limits.linger_timeout) is_aborted_ = true;
    return;
  }
  if (!output_.is_empty() && is_too_slow(output_since_, sent_bytes_, now)) is_aborted_ = true;
  if (!can_take()) return;
  switch (input_) {
    case Input::head:
      if (begin_ != end_) {
        if (now - input_since_ > limits.head_timeout) {
          refuse(408, Errc::invalid_argument, "the head of the request took too long");
        }
      } else if (slots_.empty() && output_.is_empty() && is_idle_too_long(now)) {
        is_aborted_ = true;
      }
      break;
    case Input::body:
    case Input::chunks:
      if (is_too_slow(input_since_, input_bytes_, now)) {
        refuse(408, Errc::invalid_argument, "the body of the request came too slowly");
      }
      break;
    case Input::ended:
      break;
  }
  write_ready();
}

void HttpSession::drain() {
  if (is_draining_) return;
  is_draining_ = true;
  drain_since_ = context_.clock.now();
  // A new connection may have its first request on the way.
  const bool is_between_requests = begin_ == end_ && next_request_ > 1;
  if (input_ == Input::head && is_between_requests) input_ = Input::ended;
}

bool HttpSession::is_idle_too_long(TimePoint now) const noexcept {
  if (is_draining_ && now - drain_since_ > context_.limits.linger_timeout) return true;
  return now - idle_since_ > context_.limits.idle_timeout;
}

bool HttpSession::is_too_slow(TimePoint since, std::size_t moved_bytes,
                              TimePoint now) const noexcept {
  const Duration elapsed = now - since;
  if (elapsed <= context_.limits.transfer_grace) return false;
  const double seconds =
      std::chrono::duration<double>(elapsed - context_.limits.transfer_grace).count();
  return static_cast<double>(moved_bytes) <
         seconds * static_cast<double>(context_.limits.min_transfer_bytes_per_second);
}

bool HttpSession::can_take() const noexcept {
  return slots_.size() + unsent_reply_count_ < context_.limits.max_unread_reply_count &&
         output_.size_bytes() + waiting_bytes_ < context_.limits.max_unread_reply_bytes;
}

void HttpSession::take_requests() {
  bool has_more = true;
  while (has_more && can_take()) {
    switch (input_) {
      case Input::head:
        has_more = take_head();
        break;
      case Input::body:
        has_more = take_body();
        break;
      case Input::chunks:
        has_more = take_chunks();
        break;
      case Input::ended:
        has_more = false;
        break;
    }
  }
  if (input_ == Input::ended) begin_ = end_;
  write_continue();
}

bool HttpSession::take_head() {
  const std::string_view bytes = buffered();
  if (bytes.empty()) return false;
  const HeadResult result = parser_.parse(bytes, head_);
  if (result.kind == HeadResult::Kind::incomplete) return false;
  parser_.reset();
  if (result.kind == HeadResult::Kind::refused) {
    refuse(result.refusal.status, Errc::invalid_argument, result.refusal.reason);
    return false;
  }
  begin_ += result.head_bytes;
  input_since_ = now_;
  return begin_body(head_, bytes.substr(0, result.head_bytes));
}

bool HttpSession::begin_body(const RequestHead& head, std::string_view head_bytes) {
  if (head.framing == Framing::none ||
      (head.framing == Framing::length && head.content_length == 0)) {
    dispatch(head, {});
    return true;
  }
  if (head.content_length > context_.limits.max_body_bytes) {
    refuse(413, Errc::value_too_large, "the body is longer than allowed");
    return false;
  }
  if (head.framing == Framing::length && head.content_length <= end_ - begin_) {
    const std::string_view body = buffered().substr(0, head.content_length);
    begin_ += body.size();
    dispatch(head, body);
    return true;
  }
  // The body needs more reads. They move the buffer, so the head is kept and read again then.
  held_head_ = head_bytes;
  body_left_bytes_ = head.content_length;
  input_bytes_ = 0;
  owes_continue_ = head.expects_continue && begin_ == end_;
  if (head.framing == Framing::chunked) {
    chunks_.emplace(context_.limits.max_body_bytes, context_.limits.max_head_bytes);
    input_ = Input::chunks;
  } else {
    input_ = Input::body;
  }
  return begin_ != end_;
}

bool HttpSession::take_body() {
  const std::string_view bytes = buffered().substr(0, body_left_bytes_);
  if (!bytes.empty()) owes_continue_ = false;
  body_.append(bytes);
  begin_ += bytes.size();
  input_bytes_ += bytes.size();
  body_left_bytes_ -= bytes.size();
  if (body_left_bytes_ > 0) return false;
  conclude_body();
  return true;
}

bool HttpSession::take_chunks() {
  const std::string_view bytes = buffered();
  if (!bytes.empty()) owes_continue_ = false;
  const ChunkDecoder::Step step = chunks_->decode(bytes, body_);
  begin_ += step.consumed_bytes;
  input_bytes_ += step.consumed_bytes;
  switch (step.outcome) {
    case ChunkDecoder::Outcome::incomplete:
      return false;
    case ChunkDecoder::Outcome::refused:
      refuse(400, Errc::invalid_argument, "the chunked coding of the body is malformed");
      return false;
    case ChunkDecoder::Outcome::too_large:
      refuse(413, Errc::value_too_large, "the body is longer than allowed");
      return false;
    case ChunkDecoder::Outcome::complete:
      break;
  }
  conclude_body();
  return true;
}

void HttpSession::conclude_body() {
  input_ = Input::head;
  chunks_.reset();
  const std::string head_bytes = std::exchange(held_head_, {});
  const std::string body = std::exchange(body_, {});
  HeadParser parser(context_.limits);
  parser.parse(head_bytes, head_);
  dispatch(head_, body);
  input_since_ = now_;
}

void HttpSession::dispatch(const RequestHead& head, std::string_view body) {
  const std::uint64_t request = next_request_++;
  const Asked asked{
      .method = head.method_text,
      .path = head.path,
      .request_id = is_request_id(head.request_id) ? head.request_id : context_.request_ids.next(),
      .since = now_,
      .is_head = head.method == Method::head,
      .keep_alive = head.keep_alive,
      .is_http_1_0 = head.minor_version == 0,
  };
  if (!head.keep_alive || is_draining_) input_ = Input::ended;
  Response response;
  const ReplyAddress address{id_, request};
  context_.mailbox->begin_direct(address, response);
  context_.handler.handle(Request{head, body, peer_, asked.request_id, gone_token_},
                          Reply(context_.mailbox, address));
  const bool is_answered = context_.mailbox->end_direct();
  if (is_answered && slots_.empty()) {
    write(asked, response, input_ == Input::ended);
  } else {
    keep(request, asked, is_answered ? std::optional(std::move(response)) : std::nullopt);
  }
}

void HttpSession::keep(std::uint64_t request, const Asked& asked,
                       std::optional<Response> response) {
  Slot& slot = slots_.emplace_back();
  slot.request = request;
  slot.asked = asked;
  slot.names.append(asked.method).append(asked.path).append(asked.request_id);
  const std::string_view names = slot.names;
  slot.asked.method = names.substr(0, asked.method.size());
  slot.asked.path = names.substr(asked.method.size(), asked.path.size());
  slot.asked.request_id = names.substr(asked.method.size() + asked.path.size());
  if (response) waiting_bytes_ += response->body_bytes();
  slot.response = std::move(response);
}

// A peer whose bytes cannot be told apart into requests gets its error, in its turn, and the
// connection ends.
void HttpSession::refuse(int status, Errc code, std::string_view reason) {
  input_ = Input::ended;
  must_linger_ = true;
  begin_ = end_;
  Response response = error_response(status, Error(code, std::string(reason)));
  response.must_close = true;
  const Asked asked{
      .method = "-",
      .path = "-",
      .request_id = context_.request_ids.next(),
      .since = now_,
      .keep_alive = false,
  };
  if (slots_.empty()) {
    write(asked, response, true);
  } else {
    keep(next_request_++, asked, std::move(response));
  }
}

void HttpSession::write_ready() {
  while (!slots_.empty() && slots_.front().response) {
    Slot slot = std::move(slots_.front());
    slots_.pop_front();
    waiting_bytes_ -= slot.response->body_bytes();
    // Short names live inside the moved string: point at them again.
    const std::string_view names = slot.names;
    slot.asked.method = names.substr(0, slot.asked.method.size());
    slot.asked.path = names.substr(slot.asked.method.size(), slot.asked.path.size());
    slot.asked.request_id = names.substr(slot.asked.method.size() + slot.asked.path.size());
    write(slot.asked, *slot.response, input_ == Input::ended && slots_.empty());
  }
}

void HttpSession::write(const Asked& asked, Response& response, bool is_last) {
  if (output_.is_empty()) output_since_ = now_;
  if (response.must_close) {
    // Later requests of the batch stay unanswered: the peer may send them again elsewhere.
    input_ = Input::ended;
    slots_.clear();
    waiting_bytes_ = 0;
  }
  const ReplyHead head{
      .date = context_.date.at(context_.clock.wall_now()),
      .request_id = asked.request_id,
      .closes = response.must_close || !asked.keep_alive || is_last,
      .says_keep_alive = asked.is_http_1_0 && asked.keep_alive,
  };
  append_reply_head(output_.tail(), response, head);
  if (!asked.is_head) {
    output_.tail().append(response.text);
    output_.append_shared(response.shared, std::move(response.shared_owner));
    if (!response.tail.empty()) output_.tail().append(response.tail);
  }
  ++unsent_reply_count_;
  idle_since_ = now_;
  const bool is_given_up = asked.is_left && response.status >= 500;
  log(asked, is_given_up ? client_gone_status : response.status,
      asked.is_head ? 0 : response.body_bytes());
}

void HttpSession::log(const Asked& asked, int status, std::size_t body_bytes) const {
  if (!context_.access_log) return;
  context_.access_log({.method = asked.method,
                       .path = asked.path,
                       .request_id = asked.request_id,
                       .remote = peer_.remote,
                       .status = status,
                       .body_bytes = body_bytes,
                       .duration = context_.clock.now() - asked.since});
}

// RFC 9110 section 10.1.1: only when the final reply of every earlier request is written.
void HttpSession::write_continue() {
  if (!owes_continue_ || !slots_.empty()) return;
  owes_continue_ = false;
  if (output_.is_empty()) output_since_ = now_;
  output_.tail().append("HTTP/1.1 100 Continue\r\n\r\n");
}

}  // namespace nacre::server
