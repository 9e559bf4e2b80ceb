// One connection's side of HTTP/1.x as a machine without a socket: bytes in, requests out to the
// handler, replies in, bytes out, and a verdict what the connection shall do next.
//
// It takes every complete request out of what one read brought, keeps the replies in the order of
// the requests even when answers come in another, and gathers them, so that the connection sends
// all that is ready in one write. Limits on sizes, times and unread replies are enforced here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/error.hpp"
#include "server/access_log.hpp"
#include "server/chunk_decoder.hpp"
#include "server/head_parser.hpp"
#include "server/http_limits.hpp"
#include "server/message.hpp"
#include "server/output_queue.hpp"
#include "server/reply.hpp"
#include "server/reply_fields.hpp"

namespace nacre::server {

/// Answers requests. Called on the loop threads, also on several at once.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  /// Answers `request` through `reply`, at once or later; must not block and must not throw.
  virtual void handle(const Request& request, Reply reply) noexcept = 0;
};

/// What the sessions of one loop share. Loop thread only; the references outlive it. A reload
/// replaces `limits` and `access_log` between two events.
struct SessionContext {
  HttpLimits limits;
  const Clock& clock;
  AccessLog access_log;
  RequestHandler& handler;
  std::shared_ptr<ReplyMailbox> mailbox;
  RequestIds request_ids;
  DateText date{};
};

/// Loop thread only.
class HttpSession final {
 public:
  /// `id` names the connection in its mailbox; `context` outlives the session.
  HttpSession(SessionContext& context, std::uint64_t id, PeerAddress peer);

  /// What the connection does next, besides sending what output() holds.
  enum class Verdict : std::uint8_t {
    read,    ///< read more
    wait,    ///< do not read: an answer or the peer's reading comes first
    linger,  ///< all is sent: end the sending side, drop what still comes
    close,   ///< close now
  };
  Verdict verdict() const noexcept;

  /// Where the next read goes; never empty. Valid until the next call of a member.
  std::span<char> read_space();

  /// `byte_count` bytes were read into read_space().
  void on_bytes(std::size_t byte_count);

  /// The peer sends nothing more. What it has asked is still answered, but it counts as gone, as
  /// with other servers: the few clients that only close their sending side cannot be told from the
  /// many that closed all. So a load that nobody else waits for is given up.
  void on_end_of_input();

  /// The connection is gone; the session is not used any more.
  void on_closed();

  /// The late answer to one request; unknown numbers are dropped.
  void on_reply(std::uint64_t request, Response response);

  OutputQueue& output() noexcept { return output_; }

  /// The first `byte_count` bytes of output() were sent.
  void on_sent(std::size_t byte_count);

  /// Enforces the limits on time. Called about every 250 ms.
  void on_time(TimePoint now);

  /// No new requests: what is being read or answered is finished, then the connection closes.
  void drain();

 private:
  enum class Input : std::uint8_t { head, body, chunks, ended };

  // What is needed of a request to write its reply.
  struct Asked {
    std::string_view method{};
    std::string_view path{};
    std::string_view request_id{};
    TimePoint since{};
    bool is_head = false;
    bool keep_alive = true;
    bool is_http_1_0 = false;
    bool is_left = false;  // the peer went away before there was an answer
  };

  // A request whose reply cannot be written yet.
  struct Slot {
    std::uint64_t request = 0;
    Asked asked{};  // its views point into `names`
    std::string names{};
    std::optional<Response> response{};
  };

  void take_requests();
  bool can_take() const noexcept;
  bool take_head();
  bool begin_body(const RequestHead& head, std::string_view head_bytes);
  bool take_body();
  bool take_chunks();
  void conclude_body();
  void dispatch(const RequestHead& head, std::string_view body);
  void keep(std::uint64_t request, const Asked& asked, std::optional<Response> response);
  void refuse(int status, Errc code, std::string_view reason);
  void write_ready();
  void write(const Asked& asked, Response& response, bool is_last);
  void write_continue();
  void log(const Asked& asked, int status, std::size_t body_bytes) const;
  bool is_idle_too_long(TimePoint now) const noexcept;
  bool is_too_slow(TimePoint since, std::size_t moved_bytes, TimePoint now) const noexcept;
  std::string_view buffered() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }

  SessionContext& context_;
  std::uint64_t id_;
  PeerAddress peer_;
  TimePoint now_;  // of the event being handled

  std::vector<char> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool filled_buffer_ = false;

  Input input_ = Input::head;
  HeadParser parser_;
  RequestHead head_{};
  std::string held_head_{};
  std::string body_{};
  std::uint64_t body_left_bytes_ = 0;
  std::optional<ChunkDecoder> chunks_{};
  bool owes_continue_ = false;

  std::deque<Slot> slots_{};
  std::uint64_t next_request_ = 1;
  std::size_t waiting_bytes_ = 0;  // bodies in slots_
  std::stop_source gone_{};
  std::stop_token gone_token_ = gone_.get_token();  // one for all requests: a copy costs a count
  OutputQueue output_{};
  std::size_t unsent_reply_count_ = 0;

  TimePoint idle_since_;
  TimePoint input_since_;  // first byte of the head, or first of the body
  std::size_t input_bytes_ = 0;
  TimePoint output_since_;
  std::size_t sent_bytes_ = 0;
  TimePoint linger_since_{};
  TimePoint drain_since_{};
  bool is_draining_ = false;
  bool must_linger_ = false;
  bool has_input_ended_ = false;
  bool is_aborted_ = false;
};

}  // namespace nacre::server
