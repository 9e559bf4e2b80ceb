// Any bytes as what a peer sends: whole and cut in two they must give the same requests and the
// same replies, and never more than the limits allow.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "nacre/fake_clock.hpp"
#include "server/http_session.hpp"

namespace {

using namespace nacre::server;

// Answers at once with what it was asked.
class EchoHandler final : public RequestHandler {
 public:
  void handle(const Request& request, Reply reply) noexcept override {
    if (!request.head.path.starts_with('/')) std::abort();
    Response response;
    response.text.append(request.head.method_text).append(" ").append(request.head.path);
    response.text.append("?").append(request.head.query).append(" ").append(request.body);
    reply.send(std::move(response));
  }
};

std::string replies_to(std::string_view first, std::string_view second) {
  const HttpLimits limits{.max_head_bytes = 1024, .max_field_count = 20, .max_body_bytes = 2048};
  const nacre::FakeClock clock;
  const AccessLog no_log;
  EchoHandler handler;
  SessionContext context{.limits = limits,
                         .clock = clock,
                         .access_log = no_log,
                         .handler = handler,
                         .mailbox = std::make_shared<ReplyMailbox>([] {}),
                         .request_ids = RequestIds(1)};
  HttpSession session(context, 1, {});
  std::string output;
  for (std::string_view unread : {first, second}) {
    while (!unread.empty() && session.verdict() == HttpSession::Verdict::read) {
      const std::span<char> space = session.read_space();
      const std::size_t count = unread.copy(space.data(), space.size());
      unread.remove_prefix(count);
      session.on_bytes(count);
      std::array<std::string_view, 8> parts;
      while (const std::size_t part_count = session.output().gather(parts)) {
        std::size_t sent_bytes = 0;
        for (std::size_t index = 0; index < part_count; ++index) {
          output.append(parts[index]);
          sent_bytes += parts[index].size();
        }
        session.on_sent(sent_bytes);
      }
    }
  }
  return output;
}

// Whether "100 Continue" is sent depends on how bytes come, by right.
std::string without_continue(std::string text) {
  constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
  for (std::size_t at = text.find(line); at != std::string::npos; at = text.find(line, at)) {
    text.erase(at, line.size());
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::string_view sent = input.substr(1);
  const std::size_t cut =
      std::min<std::size_t>(static_cast<std::size_t>(bytes[0]) * 4, sent.size());
  const std::string whole = without_continue(replies_to(sent, {}));
  const std::string parts = without_continue(replies_to(sent.substr(0, cut), sent.substr(cut)));
  if (whole != parts) std::abort();
  return 0;
}
