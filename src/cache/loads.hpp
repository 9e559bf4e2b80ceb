// Loading: runs the flights. Takes a read that memory could not answer, brings it together with the
// others that want the same key, asks the tiers beyond memory and then the origin, stores what
// came, and answers everybody.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/event.hpp"
#include "base/gate.hpp"
#include "cache/core.hpp"
#include "cache/flight.hpp"
#include "cache/load_waits.hpp"

namespace nacre {

/// What memory had when a load was asked for, and what it is good for.
struct SeenEntry {
  enum class Use : std::uint8_t {
    previous,   ///< shown to the loader
    fallback,   ///< given to the caller too, when the load fails or is slow
    unchecked,  ///< a copy that the shared tier has to confirm
  };
  std::optional<Entry> entry{};
  Use use = Use::previous;
};

/// The loads of one cache. Thread safe. Callbacks hold it weakly, so a loader that answers after
/// the cache has gone is ignored.
class Loads final : public std::enable_shared_from_this<Loads> {
 public:
  Loads(std::shared_ptr<const Core> core, FlightTable::Limits limits);

  /// Brings the value of `key` to `done`, exactly once. Returns who waits, for wait().
  std::shared_ptr<Waiter> load(const KeyView& key, detail::ErasedLoader loader, Policy policy,
                               SeenEntry seen, FoundDone done);

  /// Blocks until `arrived` is set, which the callback of `waiter` does. On a thread that runs a
  /// loader it runs the load of `key` here when that still waits for a thread, which it might do
  /// for ever when all threads wait like this one; and when the loader of `key` waits, over any
  /// number of others, for one of this thread, it answers `waiter` with load_failed at once.
  void wait(const KeyView& key, const std::shared_ptr<Waiter>& waiter, const Event& arrived);

  /// Loads in the background, unless a load of the key runs already or there is no room.
  void refresh(const KeyView& key, detail::ErasedLoader loader, Policy policy, Entry seen);

  /// `key` is changed from now on: what its running load brings is kept nowhere. Needed with a
  /// shared tier only, whose stripe counts say nothing of a change that has not reached it.
  void outdate(const KeyView& key);

  /// True while the origin is not to be asked for `key` again after a failure. What has changed the
  /// key or expired the entry since then ends that. `notes` are those of the entry.
  bool is_backing_off(const KeyView& key, TimePoint now, const EntryNotes* notes);

  /// How long loads took lately: an average that forgets by an eighth with each load.
  Duration usual_load_time() const noexcept {
    return Duration(usual_load_ns_.load(std::memory_order_relaxed));
  }

  std::size_t running_count() const noexcept { return flights_.running_count(); }

  /// Begins no more loads and asks those that run to stop. Their waiters are answered when they
  /// end. Idempotent.
  void close();

  /// True when no load runs any more; waits for that until `deadline`.
  [[nodiscard]] bool wait_idle(Deadline deadline);

  /// True when this thread runs a loader of `key`: waiting for a load of it would never end.
  static bool is_loading_here(const KeyView& key) noexcept;

  /// Answers everybody who still waits with load_failed: the cache goes away.
  void fail_all();

 private:
  using FlightRef = std::shared_ptr<Flight>;
  using WaiterRef = std::shared_ptr<Waiter>;

  FlightRef make_flight(const KeyView& key, detail::ErasedLoader loader, Policy policy,
                        const Stamp& stamp) const;
  void start(const FlightRef& flight);
  void look_again(const FlightRef& flight);
  void ask_tier(const FlightRef& flight, std::size_t tier_index);
  void take_tier_reply(const FlightRef& flight, std::size_t tier_index, TierReply reply);
  void ask_shared(const FlightRef& flight);
  void take_shared(const FlightRef& flight, SharedReply reply);
  bool use_shared(const FlightRef& flight, Entry entry, bool may_copy, std::uint64_t copy_count);
  bool use_stale(const FlightRef& flight, const Entry& entry, TierKind tier, const Stamp& since);
  void go_on_alone(const FlightRef& flight);
  void claim_shared(const FlightRef& flight);
  void take_claim(const FlightRef& flight, ClaimReply reply);
  void fill_shared(const FlightRef& flight, Entry entry, const detail::Found& given);
  void take_stored(const FlightRef& flight, Entry entry, const detail::Found& given,
                   const SharedStored& stored);
  void store_near(const FlightRef& flight, Entry entry);
  void fail_claim(Flight& flight, const Error& error, bool was_cancelled);

  void run_loader(const FlightRef& flight);
  void call_loader(const FlightRef& flight);
  void arm_hard_timeout(const FlightRef& flight);
  void time_out(const FlightRef& flight);

  void take_outcome(const FlightRef& flight, Outcome<detail::LoadAnswer> outcome);
  void take_answer(const FlightRef& flight, detail::LoadAnswer answer);
  void keep(const FlightRef& flight, Entry entry, TierKind from);
  void fail(const FlightRef& flight, const Error& error);
  void end(const FlightRef& flight, const Outcome<detail::Found>& outcome,
           const EntryNotes* notes = nullptr);
  void start_successor(const FlightRef& flight);
  void back_off(const Flight& flight);
  void note_load_time(Duration took);

  bool help(const KeyView& key);
  void arm(const WaiterRef& waiter, bool has_fallback);
  void arm_soft(const WaiterRef& waiter);
  std::function<void()> leave_later(const WaiterRef& waiter, bool keeps_running, Errc code,
                                    const char* reason);
  void answer(Waiter& waiter, const Outcome<detail::Found>& outcome) const;
  void tell(const Waiter& waiter, const Outcome<detail::Found>& outcome) const;
  void leave(const WaiterRef& waiter, bool keeps_running, const Error& otherwise);

  const std::shared_ptr<const Core> core_;
  FlightTable flights_;
  LoadWaits waits_{flights_};
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::atomic<Duration::rep> usual_load_ns_{0};
};

}  // namespace nacre
