#include "remote/wire.hpp"

#include <algorithm>
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
    : options_(options), surroundings_(std::move(surroundings)), breakers_(options.breaker) {}

Pass Wire::try_pass(std::string_view name) noexcept {
  const redis::Owner owner = client_->owner_of(name);
  const bool is_there = owner.is_ready && !is_closed_;
  if (!is_there || !breakers_.of(owner.number).try_pass(now())) return {};
  return {.owner = owner.number};
}

void Wire::settle(Pass pass, const redis::ReplyHandler::Outcome& outcome) noexcept {
  const bool has_failed =
      outcome ? outcome.value().is_error() && is_failure(redis::error_from(outcome.value()).code())
              : is_failure(outcome.error().code());
  if (has_failed) {
    breakers_.of(pass.owner).fail(now());
  } else {
    breakers_.of(pass.owner).succeed();
  }
}

bool Wire::may_ask(std::string_view name) const noexcept {
  const redis::Owner owner = client_->owner_of(name);
  return owner.is_ready && !is_closed_ && breakers_.of(owner.number).may_pass(now());
}

bool Wire::may_ask_node(std::string_view node) const {
  if (is_closed_) return false;
  const redis::ClientStatus status = client_->status();
  const auto found =
      std::find_if(status.nodes.begin(), status.nodes.end(),
                   [node](const redis::NodeStatus& each) { return each.node == node; });
  return found != status.nodes.end() && found->health != redis::Health::down &&
         breakers_.of(found->number).may_pass(now());
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
