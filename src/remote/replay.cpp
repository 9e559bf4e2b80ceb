#include "remote/replay.hpp"

#include <atomic>
#include <utility>
#include <vector>

#include "base/backoff.hpp"

namespace nacre::remote {
namespace {

constexpr BackoffOptions pause{.initial = std::chrono::milliseconds(100),
                               .max = std::chrono::seconds(5)};
// Sent together, so that a long list does not keep readers from their turn.
constexpr std::size_t round_count = 256;

}  // namespace

struct Replay::Round {
  std::atomic<std::size_t> missing_count{0};
  std::atomic<bool> is_whole{true};
};

void Replay::keep(Change change) {
  after_keeping(parts_.pending.add(std::move(change)));
}

void Replay::keep(SharedSweep sweep) {
  after_keeping(parts_.pending.add(std::move(sweep)));
}

void Replay::after_keeping(bool has_overflowed) {
  {
    MutexLock lock(mutex_);
    if (!is_running_ && timer_ == TimerId{}) run_later(pause.initial);
  }
  if (has_overflowed) listener_.on_overflow();
}

void Replay::run_later(Duration delay) {
  if (parts_.wire.is_closed()) return;
  timer_ = parts_.wire.clock().call_at(parts_.wire.now() + delay, [weak = weak_from_this()] {
    if (const std::shared_ptr<Replay> self = weak.lock()) self->run();
  });
}

void Replay::hurry() {
  {
    MutexLock lock(mutex_);
    failures_in_a_row_ = 0;
    is_hurried_ = true;
    if (is_running_) return;
  }
  run();
}

void Replay::run() {
  {
    MutexLock lock(mutex_);
    if (is_running_ || parts_.wire.is_closed()) return;
    is_running_ = true;
    is_hurried_ = false;
    parts_.wire.clock().cancel(timer_);
    timer_ = {};
  }
  // What is for a node that cannot be asked keeps nothing else from the others.
  const std::vector<PendingChanges::Item> items = parts_.pending.next_changes(
      round_count, [this](std::string_view name) { return parts_.wire.may_ask(name); });
  // Keys, tags and namespaces first: a sweep that is older than a write removes it, which is right.
  if (items.empty()) return run_sweep();
  auto round = std::make_shared<Round>();
  round->missing_count = items.size();
  for (const PendingChanges::Item& item : items) {
    parts_.changes.send(item.change, {},
                        [self = shared_from_this(), round, item](bool has_reached) {
                          if (has_reached) {
                            self->parts_.pending.finish(item);
                          } else {
                            round->is_whole = false;
                          }
                          if (--round->missing_count == 0) self->end_round(round->is_whole);
                        });
  }
}

void Replay::run_sweep() {
  std::optional<std::pair<SharedSweep, std::uint64_t>> sweep = parts_.pending.next_sweep();
  if (!sweep) return end_round(parts_.pending.empty());
  sweeps_.run(std::move(sweep->first),
              [self = shared_from_this(), number = sweep->second](bool has_reached) {
                if (has_reached) self->parts_.pending.finish_sweep(number);
                self->end_round(has_reached);
              });
}

void Replay::end_round(bool is_whole) {
  const bool is_empty = parts_.pending.empty();
  {
    MutexLock lock(mutex_);
    is_running_ = false;
    failures_in_a_row_ = is_whole ? 0 : failures_in_a_row_ + 1;
    if (!is_empty) {
      const bool is_at_once = is_whole || std::exchange(is_hurried_, false);
      run_later(is_at_once ? Duration::zero() : doubling_delay(pause, failures_in_a_row_ - 1));
    }
  }
  if (is_empty) listener_.on_empty();
}

}  // namespace nacre::remote
