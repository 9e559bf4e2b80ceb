// A session on a clock that stands still, with a handler that remembers what it was asked.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nacre/fake_clock.hpp"
#include "server/http_session.hpp"
#include "unit/server/wire.hpp"

namespace nacre::server::testing {

/// Answers with what it was asked; a path that begins with /later waits for answer_later().
class RecordingHandler final : public RequestHandler {
 public:
  struct Seen {
    std::string method{};
    std::string path{};
    std::string query{};
    std::string body{};
    bool operator==(const Seen&) const = default;
  };

  void handle(const Request& request, Reply reply) noexcept override {
    seen.push_back({std::string(request.head.method_text), std::string(request.head.path),
                    std::string(request.head.query), std::string(request.body)});
    gone.push_back(request.gone);
    if (request.head.path.starts_with("/later")) return waiting.push_back(std::move(reply));
    Response response;
    response.content_type = "text/plain";
    response.text = std::string(request.head.path);
    if (request.head.path == "/large") response.text.assign(large_bytes, 'x');
    reply.send(std::move(response));
  }

  std::vector<Seen> seen{};
  std::vector<std::stop_token> gone{};  // of each request
  std::vector<Reply> waiting{};
  std::size_t large_bytes = 1024 * 1024;
};

/// One connection without a socket.
class SessionFixture {
 public:
  explicit SessionFixture(HttpLimits given = {}) : limits(given) {}

  /// Gives `bytes` to the session as reads of at most `step` bytes would.
  void receive(std::string_view bytes, std::size_t step = 1 << 20) {
    while (!bytes.empty() && session.verdict() == HttpSession::Verdict::read) {
      const std::span<char> space = session.read_space();
      const std::size_t count = std::min({bytes.size(), step, space.size()});
      bytes.copy(space.data(), count);
      bytes.remove_prefix(count);
      session.on_bytes(count);
    }
    unread = bytes;
  }

  /// Takes what the session wants to send, as a peer that reads would.
  std::string take_output() {
    std::string bytes;
    while (!session.output().is_empty()) {
      std::array<std::string_view, 4> parts;
      const std::size_t count = session.output().gather(parts);
      std::size_t sent_bytes = 0;
      for (std::size_t index = 0; index < count; ++index) {
        bytes.append(parts[index]);
        sent_bytes += parts[index].size();
      }
      session.on_sent(sent_bytes);
    }
    return bytes;
  }

  std::vector<WireReply> take_replies() { return parse_replies(take_output()); }

  /// Answers the oldest request that waits, and gives the letter to the session.
  void answer_later(std::size_t index, std::string text) {
    Response response;
    response.text = std::move(text);
    handler.waiting[index].send(std::move(response));
    for (ReplyMailbox::Letter& letter : mailbox->take()) {
      session.on_reply(letter.address.request, std::move(letter.response));
    }
  }

  void advance(Duration step) {
    clock.advance(step);
    session.on_time(clock.now());
  }

  HttpLimits limits;
  FakeClock clock;
  std::vector<std::string> logged{};
  AccessLog access_log = [this](const AccessRecord& record) {
    logged.push_back(std::string(record.method) + " " + std::string(record.path) + " " +
                     std::to_string(record.status) + " " + std::to_string(record.body_bytes) + " " +
                     std::string(record.remote) + " " + std::to_string(record.duration.count()));
  };
  RecordingHandler handler;
  std::shared_ptr<ReplyMailbox> mailbox = std::make_shared<ReplyMailbox>([] {});
  SessionContext context{.limits = limits,
                         .clock = clock,
                         .access_log = access_log,
                         .handler = handler,
                         .mailbox = mailbox,
                         .request_ids = RequestIds(1)};
  HttpSession session{context, 7, {.remote = "127.0.0.1", .local = "127.0.0.1"}};
  std::string_view unread{};
};

}  // namespace nacre::server::testing
