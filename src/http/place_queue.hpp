// How many requests may be on their way to one origin, and who is next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

namespace nacre {

/// A bounded number of places with a bounded queue in front. First come, first served.
/// Pure: it calls nobody. Loop thread only.
class PlaceQueue {
 public:
  enum class Entry : std::uint8_t { entered, queued, refused };
  enum class Ticket : std::uint64_t {};
  using Waiter = std::function<void()>;

  struct Answer {
    Entry entry = Entry::refused;
    Ticket ticket{};  ///< of the place in the queue
  };

  PlaceQueue(std::size_t max_places, std::size_t max_queued) noexcept
      : max_places_(max_places), max_queued_(max_queued) {}

  /// Takes a place, or keeps `waiter` until there is one.
  Answer enter(Waiter waiter);

  /// Gives a place back. It goes to the waiter that is returned, if any; the caller calls it.
  [[nodiscard]] std::optional<Waiter> leave();

  /// Leaves the queue. False when the waiter has been given its place already. O(log queue).
  bool withdraw(Ticket ticket) noexcept { return waiters_.erase(ticket) == 1; }

  std::size_t used_count() const noexcept { return used_count_; }
  std::size_t queued_count() const noexcept { return waiters_.size(); }

 private:
  std::size_t max_places_;
  std::size_t max_queued_;
  std::size_t used_count_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::map<Ticket, Waiter> waiters_;
};

}  // namespace nacre
