#include "http/place_queue.hpp"

#include <utility>

#include "base/check.hpp"

namespace nacre {

PlaceQueue::Answer PlaceQueue::enter(Waiter waiter) {
  if (used_count_ < max_places_) {
    ++used_count_;
    return {.entry = Entry::entered};
  }
  if (waiters_.size() >= max_queued_) return {.entry = Entry::refused};
  const Ticket ticket{++last_ticket_};
  waiters_.emplace(ticket, std::move(waiter));
  return {.entry = Entry::queued, .ticket = ticket};
}

std::optional<PlaceQueue::Waiter> PlaceQueue::leave() {
  NACRE_CHECK(used_count_ > 0);
  if (waiters_.empty()) {
    --used_count_;
    return std::nullopt;
  }
  return std::move(waiters_.extract(waiters_.begin()).mapped());
}

}  // namespace nacre
