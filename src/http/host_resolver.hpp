// The addresses of one host, remembered for a while and asked for once at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/io_loop.hpp"
#include "nacre/clock.hpp"

namespace nacre {

/// Addresses that are tried of one host; more are ignored.
inline constexpr std::size_t max_host_addresses = 8;

/// Loop thread only. Answers that are still to come when it is destroyed do not come.
class HostResolver {
 public:
  /// IP addresses as text, in the order to try them; empty with the reason in `trouble`.
  struct Answer {
    std::vector<std::string> addresses{};
    std::string trouble{};
  };
  using Done = std::function<void(const Answer&)>;

  /// Names one call of resolve(); 0 when it has been answered already.
  enum class Ticket : std::uint64_t {};

  /// `loop` must outlive the resolver. `ttl` is how long addresses are used; failures are not kept.
  HostResolver(IoLoop& loop, std::string host, Duration ttl);
  ~HostResolver();

  /// Calls `done` once: before it returns when the addresses are known, else later.
  Ticket resolve(Done done);

  /// The answer is not wanted any more.
  void forget(Ticket ticket) noexcept;

 private:
  struct Query;

  void ask();
  void answer(Answer answer);

  IoLoop& loop_;
  std::string host_;
  Duration ttl_;
  Answer known_;
  TimePoint known_until_{};
  std::map<Ticket, Done> waiting_;  // bounded by the requests that have a place
  std::uint64_t last_ticket_ = 0;
  std::shared_ptr<Query> query_;  // while one runs
};

}  // namespace nacre
