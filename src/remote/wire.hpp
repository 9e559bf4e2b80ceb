// What every part of the tier needs to ask the server: the client behind the breaker, the clock,
// chance, the log, the scripts, and the figures for the status.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "coherence/mark_id.hpp"
#include "redis/client.hpp"
#include "remote/remote_tier.hpp"
#include "remote/scripts.hpp"
#include "tier/breaker.hpp"

namespace nacre::remote {

/// True for a reply that is no error of the server.
bool is_answer(const redis::ReplyHandler::Outcome& outcome) noexcept;

/// Const after construction, but for what is atomic or has its own lock. Thread safe.
class Wire {
 public:
  Wire(const RemoteTierOptions& options, RemoteTierSurroundings surroundings);

  /// Before anything is asked.
  void set_client(std::shared_ptr<redis::Client> client) { client_ = std::move(client); }
  redis::Client& client() const noexcept { return *client_; }

  const RemoteTierOptions& options() const noexcept { return options_; }
  Clock& clock() const noexcept { return *surroundings_.clock; }
  TimePoint now() const noexcept { return clock().now(); }
  const Logger& log() const noexcept { return surroundings_.log; }
  const Scripts& scripts() const noexcept { return scripts_; }
  std::uint64_t hash_seed() const noexcept { return surroundings_.hash_seed; }
  Random& random() const noexcept { return *surroundings_.random; }

  /// The count that a copy of `key` which is read now is kept under.
  std::uint64_t stripe_count(const KeyView& key) const noexcept {
    return surroundings_.marks->stamp_of(key).stripe_count;
  }

  /// Whether any link is there. While none is, try_pass() says no, so that nobody waits for one
  /// (P7).
  void set_linked(bool is_linked) noexcept { is_linked_ = is_linked; }

  /// May the server be asked? When true, settle() follows with each outcome's worst.
  bool try_pass() noexcept;
  /// Tells the breaker how a call went: any Error, and what says that the server cannot serve now,
  /// is a failure of it.
  void settle(const redis::ReplyHandler::Outcome& outcome) noexcept;
  Breaker& breaker() noexcept { return breaker_; }
  const Breaker& breaker() const noexcept { return breaker_; }

  /// From here on try_pass() says no.
  void close() noexcept { is_closed_ = true; }
  bool is_closed() const noexcept { return is_closed_; }

  /// Another one each time; never 0.
  std::uint64_t new_id() const noexcept;
  /// 128 random bits that nobody can guess, as text: a lease's token.
  std::string new_token() const;
  MarkId new_mark() const noexcept { return {.removal = new_id(), .expiry = new_id()}; }

  /// A command of which nothing depends on the answer.
  void tell(std::initializer_list<std::string_view> words, std::string_view key);

  void count_corrupt(const KeyView& key, std::size_t bytes_count);
  std::uint64_t corrupt_count() const noexcept { return corrupt_count_; }

 private:
  const RemoteTierOptions options_;
  const RemoteTierSurroundings surroundings_;
  const Scripts scripts_{};
  std::shared_ptr<redis::Client> client_{};
  Breaker breaker_;
  std::atomic<bool> is_closed_{false};
  std::atomic<bool> is_linked_{false};
  std::atomic<std::uint64_t> corrupt_count_{0};
};

}  // namespace nacre::remote
