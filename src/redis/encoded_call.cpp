#include "redis/encoded_call.hpp"

#include <fmt/format.h>

#include <utility>

#include "resp/writer.hpp"

namespace nacre::redis {

std::optional<Error> find_fault(const Request& request, const ConnectSettings& settings) {
  if (request.arguments.empty() && request.encoded.empty()) {
    return Error(Errc::invalid_argument, "a command has no words");
  }
  const std::size_t bytes =
      request.encoded.empty() ? resp::command_bytes(request.arguments) : request.encoded.size();
  if (bytes <= settings.max_queued_bytes) return std::nullopt;
  return Error(Errc::value_too_large,
               fmt::format("a command of {} bytes is above max_queued_bytes, {}", bytes,
                           settings.max_queued_bytes));
}

TimePoint deadline_of(const Request& request, const ConnectSettings& settings,
                      TimePoint now) noexcept {
  return request.deadline.is_never() ? now + settings.command_timeout : request.deadline.when();
}

EncodedCall encode(Call& call, const ConnectSettings& settings, TimePoint now) {
  EncodedCall encoded;
  if (call.request.encoded.empty()) {
    resp::append_command(encoded.bytes, call.request.arguments);
  } else {
    encoded.bytes = call.request.encoded;
  }
  encoded.deadline = deadline_of(call.request, settings, now);
  encoded.is_idempotent = call.request.is_idempotent;
  encoded.cancellation = std::move(call.request.cancellation);
  encoded.handler = std::move(call.handler);
  return encoded;
}

}  // namespace nacre::redis
