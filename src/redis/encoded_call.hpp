// A call whose command is bytes of its own: one that waits, or that comes from another thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "nacre/error.hpp"
#include "redis/call.hpp"
#include "redis/settings.hpp"

namespace nacre::redis {

struct EncodedCall {
  std::string bytes{};
  ReplyHandler handler{};
  TimePoint deadline{};
  std::shared_ptr<Cancellation> cancellation{};
  bool is_idempotent = false;
  std::uint8_t sent_count = 0;
};

/// What an EncodedCall is counted with against limits of bytes.
inline std::size_t bytes_of(const EncodedCall& call) noexcept {
  return sizeof(EncodedCall) + call.bytes.size();
}

/// Why `request` cannot be sent at all, or nullopt.
std::optional<Error> find_fault(const Request& request, const ConnectSettings& settings);

/// When the caller of `request` stops waiting: never later than command_timeout unless it says so.
TimePoint deadline_of(const Request& request, const ConnectSettings& settings,
                      TimePoint now) noexcept;

/// The call as bytes. Moves its handler and cancellation away. Throws std::bad_alloc, and then
/// `call` is as before.
EncodedCall encode(Call& call, const ConnectSettings& settings, TimePoint now);

}  // namespace nacre::redis
