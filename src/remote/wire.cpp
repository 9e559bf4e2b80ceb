#include "remote/wire.hpp"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "redis/server_error.hpp"

namespace nacre::remote {
namespace {

bool is_failure(Errc code) noexcept {
  return code == Errc::command_timeout || code == Errc::connection_lost ||
         code == Errc::connection_failed || code == Errc::saturated;
}

}  // namespace

bool is_answer(const redis::ReplyHandler::Outcome& outcome) noexcept {
  return outcome && !outcome.value().is_error();
}

Wire::Wire(const RemoteTierOptions& options, RemoteTierSurroundings surroundings)
    : options_(options), surroundings_(std::move(surroundings)), breaker_(options.breaker) {}

bool Wire::try_pass() noexcept {
  return !is_closed_ && is_linked_ && breaker_.try_pass(now());
}

void Wire::settle(const redis::ReplyHandler::Outcome& outcome) noexcept {
  const bool has_failed =
      outcome ? outcome.value().is_error() && is_failure(redis::error_from(outcome.value()).code())
              : is_failure(outcome.error().code());
  if (has_failed) {
    breaker_.fail(now());
  } else {
    breaker_.succeed();
  }
}

std::uint64_t Wire::new_id() const noexcept {
  std::uint64_t id = 0;
  while (id == 0) id = random().next();
  return id;
}

std::string Wire::new_token() const {
  std::array<std::byte, 16> bytes;
  fill_with_secret_bytes(bytes);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string token;
  for (const std::byte each : bytes) {
    const auto number = std::to_integer<unsigned>(each);
    token += digits[number >> 4];
    token += digits[number & 15];
  }
  return token;
}

void Wire::tell(std::initializer_list<std::string_view> words, std::string_view key) {
  const std::vector<std::string_view> arguments(words);
  client().execute({.arguments = arguments, .key = key, .is_idempotent = true},
                   [](const redis::ReplyHandler::Outcome&, const redis::Answerer&) {});
}

void Wire::count_corrupt(const KeyView& key, std::size_t bytes_count) {
  ++corrupt_count_;
  log().warning("remote.corrupt", {{"key", loggable_key(key.text)}},
                "a stored value of {} bytes is not what was stored; it is dropped", bytes_count);
}

}  // namespace nacre::remote
