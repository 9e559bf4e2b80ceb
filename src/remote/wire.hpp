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
#include "remote/node_breakers.hpp"
#include "remote/remote_tier.hpp"
#include "remote/scripts.hpp"

namespace nacre::remote {

/// The right to ask one node; Wire::settle() follows, and says how that went.
struct Pass {
  std::uint32_t owner = 0;

  explicit operator bool() const noexcept { return owner != 0; }
};

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

  /// May the owner of the Redis key `name` be asked? Each node has a breaker of its own, and while
  /// no link to it is there nobody waits for one (P7).
  Pass try_pass(std::string_view name) noexcept;
  /// Tells the breaker how it went: any Error, and what says that the server cannot serve now, is a
  /// failure.
  void settle(Pass pass, const redis::ReplyHandler::Outcome& outcome) noexcept;
  /// Whether try_pass() might say yes, at no cost for a breaker's one probe.
  bool may_ask(std::string_view name) const noexcept;
  /// Whether the node by that name may be asked. Takes a lock; a few us for a big Cluster.
  bool may_ask_node(std::string_view node) const;
  NodeBreakers& breakers() noexcept { return breakers_; }
  const NodeBreakers& breakers() const noexcept { return breakers_; }

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
  NodeBreakers breakers_;
  std::atomic<bool> is_closed_{false};
  std::atomic<std::uint64_t> corrupt_count_{0};
};

}  // namespace nacre::remote
