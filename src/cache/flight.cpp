#include "cache/flight.hpp"

#include <algorithm>
#include <utility>

namespace nacre {

namespace {

void add_waiter(Flight& flight, const std::shared_ptr<Flight>& self,
                const std::shared_ptr<Waiter>& waiter, const Stamp& now) {
  waiter->flight = self;
  waiter->position = flight.waiters.size();
  waiter->joined_at = now;
  waiter->joined_cancelled = flight.is_cancelled;
  if (flight.fallback && !waiter->fallback && flight.fallback_at == now &&
      !waiter->policy.is_reload) {
    waiter->fallback = flight.fallback;
    waiter->fallback_tier = flight.fallback_tier;
  }
  flight.waiters.push_back(waiter);
}

void remove_waiter(Flight& flight, Waiter& waiter) {
  // The last one takes the place of the one that goes.
  std::swap(flight.waiters[waiter.position], flight.waiters.back());
  flight.waiters[waiter.position]->position = waiter.position;
  flight.waiters.pop_back();
}

}  // namespace

bool FlightTable::try_count_one() noexcept {
  std::size_t count = running_count_.load(std::memory_order_relaxed);
  do {
    if (count >= limits_.max_flights) return false;
    // Relaxed: a bound on how many, it orders nothing.
  } while (!running_count_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed));
  return true;
}

FlightTable::Joined FlightTable::join(const KeyView& key, const std::shared_ptr<Waiter>& waiter,
                                      const Stamp& now,
                                      const std::function<std::shared_ptr<Flight>()>& make) {
  OwnedKey owned(key);
  Shard& shard = shard_of(key.hash);
  MutexLock lock(shard.mutex);
  const auto found = shard.flights.find(owned);
  const bool is_running = found != shard.flights.end() && !found->second->is_abandoned;
  if (is_running) {
    const std::shared_ptr<Flight>& flight = found->second;
    if (waiter == nullptr) return {};
    if (flight->waiters.size() >= limits_.max_waiters) return {.result = Joining::saturated};
    add_waiter(*flight, flight, waiter, now);
    return {
        .result = Joining::joined, .flight = flight, .has_fallback = waiter->fallback.has_value()};
  }
  if (!try_count_one()) return {.result = Joining::saturated};
  std::shared_ptr<Flight> flight = make();
  if (waiter != nullptr) add_waiter(*flight, flight, waiter, now);
  const bool supersedes = found != shard.flights.end();
  shard.flights.insert_or_assign(std::move(owned), flight);
  return {.result = Joining::started,
          .flight = std::move(flight),
          .supersedes_abandoned = supersedes,
          .has_fallback = waiter != nullptr && waiter->fallback.has_value()};
}

FlightTable::Left FlightTable::leave(Waiter& waiter, bool keeps_running) {
  Shard& shard = shard_of(waiter.key_hash);
  MutexLock lock(shard.mutex);
  if (waiter.flight == nullptr) return {};
  std::shared_ptr<Flight> flight = std::exchange(waiter.flight, nullptr);
  remove_waiter(*flight, waiter);
  flight->outlives_waiters = flight->outlives_waiters || keeps_running;
  if (!flight->waiters.empty() || flight->outlives_waiters || flight->is_background) {
    return {.result = Leaving::left};
  }
  flight->is_cancelled = true;
  return {.result = Leaving::left_last, .flight = std::move(flight)};
}

FlightTable::Ended FlightTable::end(const std::shared_ptr<Flight>& flight,
                                    const std::function<bool(const Waiter&)>& wants_rerun,
                                    const std::function<std::shared_ptr<Flight>(Waiter&)>& make) {
  Ended ended;
  Shard& shard = shard_of(flight->key.hash);
  MutexLock lock(shard.mutex);
  flight->is_ended = true;
  std::vector<std::shared_ptr<Waiter>> rerun;
  for (std::shared_ptr<Waiter>& waiter : flight->waiters) {
    (wants_rerun(*waiter) ? rerun : ended.answered).push_back(std::move(waiter));
  }
  flight->waiters.clear();
  for (const auto& waiter : ended.answered) waiter->flight = nullptr;
  const auto slot = shard.flights.find(flight->key);
  if (!rerun.empty()) {
    // The count of the flight that ends passes to its successor.
    const auto basis = std::find_if(rerun.begin(), rerun.end(),
                                    [](const auto& waiter) { return waiter->policy.is_reload; });
    ended.successor = make(basis == rerun.end() ? *rerun.front() : **basis);
    for (const auto& waiter : rerun) {
      add_waiter(*ended.successor, ended.successor, waiter, ended.successor->stamp);
    }
    shard.flights.insert_or_assign(flight->key, ended.successor);
    return ended;
  }
  if (slot != shard.flights.end() && slot->second == flight) shard.flights.erase(slot);
  running_count_.fetch_sub(1, std::memory_order_relaxed);
  return ended;
}

std::optional<std::vector<std::shared_ptr<Waiter>>> FlightTable::abandon(
    const std::shared_ptr<Flight>& flight) {
  Shard& shard = shard_of(flight->key.hash);
  MutexLock lock(shard.mutex);
  if (flight->is_ended) return std::nullopt;
  flight->is_abandoned = true;
  flight->is_cancelled = true;
  std::vector<std::shared_ptr<Waiter>> waiters = std::exchange(flight->waiters, {});
  for (const auto& waiter : waiters) waiter->flight = nullptr;
  return waiters;
}

std::vector<std::shared_ptr<Waiter>> FlightTable::release(const std::shared_ptr<Flight>& flight) {
  std::vector<std::shared_ptr<Waiter>> released;
  Shard& shard = shard_of(flight->key.hash);
  MutexLock lock(shard.mutex);
  std::vector<std::shared_ptr<Waiter>> waiters = std::exchange(flight->waiters, {});
  for (std::shared_ptr<Waiter>& waiter : waiters) {
    if (waiter->policy.is_reload) {
      waiter->position = flight->waiters.size();
      flight->waiters.push_back(std::move(waiter));
      continue;
    }
    waiter->flight = nullptr;
    released.push_back(std::move(waiter));
  }
  flight->outlives_waiters = flight->outlives_waiters || !released.empty();
  return released;
}

std::vector<std::shared_ptr<Waiter>> FlightTable::give_fallback(
    const std::shared_ptr<Flight>& flight, const Entry& entry, TierKind tier, const Stamp& at) {
  std::vector<std::shared_ptr<Waiter>> given;
  Shard& shard = shard_of(flight->key.hash);
  MutexLock lock(shard.mutex);
  flight->fallback = entry;
  flight->fallback_tier = tier;
  flight->fallback_at = at;
  for (const std::shared_ptr<Waiter>& waiter : flight->waiters) {
    if (waiter->fallback || waiter->policy.is_reload) continue;
    waiter->fallback = entry;
    waiter->fallback_tier = tier;
    given.push_back(waiter);
  }
  return given;
}

std::shared_ptr<Flight> FlightTable::flight_of(const Waiter& waiter) {
  Shard& shard = shard_of(waiter.key_hash);
  MutexLock lock(shard.mutex);
  return waiter.flight;
}

std::shared_ptr<Flight> FlightTable::find(const KeyView& key) {
  Shard& shard = shard_of(key.hash);
  MutexLock lock(shard.mutex);
  const auto found = shard.flights.find(OwnedKey(key));
  return found == shard.flights.end() ? nullptr : found->second;
}

void FlightTable::back_off(const KeyView& key, const Stamp& stamp, TimePoint until) {
  OwnedKey owned(key);
  Shard& shard = shard_of(key.hash);
  MutexLock lock(shard.mutex);
  if (shard.back_offs.size() >= max_back_offs_per_shard && !shard.back_offs.contains(owned)) {
    const auto soonest = std::min_element(shard.back_offs.begin(), shard.back_offs.end(),
                                          [](const auto& first, const auto& second) {
                                            return first.second.until < second.second.until;
                                          });
    shard.back_offs.erase(soonest);
  }
  shard.back_offs.insert_or_assign(std::move(owned), BackOff{.until = until, .stamp = stamp});
}

std::optional<Stamp> FlightTable::find_back_off(const KeyView& key, TimePoint now) {
  Shard& shard = shard_of(key.hash);
  MutexLock lock(shard.mutex);
  if (shard.back_offs.empty()) return std::nullopt;
  const auto found = shard.back_offs.find(OwnedKey(key));
  if (found == shard.back_offs.end()) return std::nullopt;
  if (found->second.until > now) return found->second.stamp;
  shard.back_offs.erase(found);
  return std::nullopt;
}

std::vector<std::shared_ptr<Flight>> FlightTable::running() {
  std::vector<std::shared_ptr<Flight>> flights;
  for (Shard& shard : shards_) {
    MutexLock lock(shard.mutex);
    for (const auto& [key, flight] : shard.flights) flights.push_back(flight);
  }
  return flights;
}

}  // namespace nacre
