#include "nacre/fake_clock.hpp"

#include <atomic>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "base/mutex.hpp"

namespace nacre {
namespace {

// Any point will do; far enough from zero that a test may subtract days from it.
constexpr TimePoint first_now{std::chrono::hours(24 * 365)};

// 2026-01-01 00:00:00 UTC.
constexpr std::chrono::system_clock::time_point first_wall{std::chrono::seconds(1'767'225'600)};

}  // namespace

struct FakeClock::State {
  // Sorted by time, then by the order in which the timers were started.
  using Timers = std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>>;

  // Moves time to the first timer that is due at `target` and takes it; time alone moves to
  // `target` when there is none.
  Timers::node_type take_due(TimePoint target) {
    MutexLock lock(mutex);
    const bool has_due = !timers.empty() && timers.begin()->first.first <= target;
    const TimePoint before = now.load();
    const TimePoint next = has_due ? std::max(before, timers.begin()->first.first) : target;
    wall += std::chrono::duration_cast<std::chrono::system_clock::duration>(next - before);
    now.store(next);
    if (!has_due) return {};
    times.erase(timers.begin()->first.second);
    return timers.extract(timers.begin());
  }

  std::atomic<TimePoint> now{first_now};  // written under the mutex, read without it

  mutable Mutex mutex;
  std::chrono::system_clock::time_point wall NACRE_GUARDED_BY(mutex) = first_wall;
  Timers timers NACRE_GUARDED_BY(mutex);
  std::unordered_map<std::uint64_t, TimePoint> times NACRE_GUARDED_BY(mutex);
  std::uint64_t next_id NACRE_GUARDED_BY(mutex) = 1;
};

FakeClock::FakeClock() : state_(std::make_unique<State>()) {}

FakeClock::~FakeClock() = default;

void FakeClock::advance(Duration step) {
  NACRE_CHECK(step >= Duration::zero());
  const TimePoint target = state_->now.load() + step;
  while (auto due = state_->take_due(target)) run_or_abort(due.mapped(), "fake clock");
}

void FakeClock::set_wall(std::chrono::system_clock::time_point wall) {
  MutexLock lock(state_->mutex);
  state_->wall = wall;
}

std::size_t FakeClock::pending_timer_count() const {
  MutexLock lock(state_->mutex);
  return state_->timers.size();
}

TimePoint FakeClock::now() const noexcept {
  return state_->now.load();
}

TimePoint FakeClock::coarse_now() const noexcept {
  return now();
}

std::chrono::system_clock::time_point FakeClock::wall_now() const noexcept {
  MutexLock lock(state_->mutex);
  return state_->wall;
}

TimerId FakeClock::call_at(TimePoint when, std::function<void()> task) {
  NACRE_CHECK(task != nullptr);
  MutexLock lock(state_->mutex);
  const std::uint64_t id = state_->next_id++;
  state_->times.emplace(id, when);
  state_->timers.emplace(std::pair(when, id), std::move(task));
  return TimerId{id};
}

bool FakeClock::cancel(TimerId timer) noexcept {
  const auto id = static_cast<std::uint64_t>(timer);
  State::Timers::node_type dropped;  // dies after the lock is left: its captures may call us
  MutexLock lock(state_->mutex);
  const auto found = state_->times.find(id);
  if (found == state_->times.end()) return false;
  dropped = state_->timers.extract(std::pair(found->second, id));
  state_->times.erase(found);
  lock.unlock();
  return true;
}

}  // namespace nacre
