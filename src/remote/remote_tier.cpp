#include "remote/remote_tier.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "base/event.hpp"
#include "remote/claims.hpp"
#include "remote/links.hpp"
#include "remote/parts.hpp"
#include "remote/reads.hpp"
#include "remote/replay.hpp"
#include "remote/sweeps.hpp"
#include "remote/writes.hpp"

namespace nacre::remote {
namespace {

// How often a tier that is being shut down tries to bring what is pending to the server.
constexpr Duration hurry_step = std::chrono::milliseconds(100);

void require(bool is_allowed, std::string_view field, std::string_view allowed) {
  if (is_allowed) return;
  throw Error(Errc::invalid_argument, std::string(field) + " must be " + std::string(allowed),
              {{"field", std::string(field)}, {"allowed", std::string(allowed)}});
}

void check(const RemoteTierOptions& options) {
  require(options.io_threads_count >= 1 && options.io_threads_count <= 64, "io_threads_count",
          "1 to 64");
  require(
      options.lease >= std::chrono::milliseconds(100) && options.lease <= std::chrono::minutes(1),
      "lease", "100 ms to 1 min");
  require(options.max_pending >= 1, "max_pending", "1 or more");
  require(options.max_value_bytes >= 1, "max_value_bytes", "1 or more");
  redis::check(options.connect);
}

class RemoteTier final : public SharedTier {
 public:
  RemoteTier(const RemoteTierOptions& options, const RemoteTierSurroundings& surroundings)
      : parts_(std::make_shared<Parts>(options, surroundings)),
        threads_(std::make_shared<redis::IoThreads>(options.io_threads_count, surroundings.clock,
                                                    surroundings.random)),
        links_(std::make_shared<Links>(*parts_, waiters_)),
        replay_(std::make_shared<Replay>(
            parts_, Replay::Listener{.on_overflow =
                                         [links = std::weak_ptr(links_)] {
                                           if (const auto self = links.lock()) self->tell_unknown();
                                         },
                                     .on_empty =
                                         [links = std::weak_ptr(links_), drained = drained_] {
                                           drained->set();
                                           if (const auto self = links.lock()) {
                                             self->on_nothing_pending();
                                           }
                                         }})),
        reads_(parts_->wire, parts_->marks, parts_->trust),
        sweeps_(*parts_),
        writes_(*parts_, sweeps_, replay_) {
    links_->set_replay(replay_);
    redis::ConnectSettings connect = options.connect;
    connect.is_tracking = true;
    parts_->wire.set_client(redis::make_client(
        options.servers, {.connect = connect, .threads = threads_, .observer = links_}));
    links_->open();
  }

  ~RemoteTier() override { shutdown(Deadline(TimePoint::min())); }

  void start(NearCopies& copies) override { links_->start(copies); }

  void find(const KeyView& key, Deadline deadline, SharedFindDone done) override {
    reads_.find(key, deadline, std::move(done));
  }

  void find_many(std::span<const KeyView> keys, Deadline deadline,
                 SharedFindManyDone done) override {
    reads_.find_many(keys, deadline, std::move(done));
  }

  void claim(const KeyView& key, ClaimRequest request, ClaimDone done) override {
    const ClaimTerms terms{.parts = parts_,
                           .waiters = waiters_,
                           .on_lost = [links = std::weak_ptr(links_)](const OwnedKey& lost) {
                             if (const auto self = links.lock()) self->tell_claim_lost(lost);
                           }};
    claim_key(terms, key, std::move(request), std::move(done));
  }

  void write(const KeyView& key, Entry entry, Deadline deadline, bool is_strict,
             SharedStoreDone done) override {
    writes_.write(key, std::move(entry), deadline, is_strict, std::move(done));
  }

  void change_key(const KeyView& key, Severity severity, Deadline deadline,
                  ReachedDone done) override {
    writes_.change({.space = key.space,
                    .text = std::string(key.text),
                    .key_hash = key.hash,
                    .severity = severity},
                   deadline, std::move(done));
  }

  void change_tags(const Namespace& space, std::span<const std::string> tags, Severity severity,
                   Deadline deadline, ReachedDone done) override {
    writes_.change_tags(space, tags, severity, deadline, done);
  }

  void change_space(const Namespace& space, Severity severity, Deadline deadline,
                    ReachedDone done) override {
    writes_.change({.kind = NameKind::space_mark, .space = &space, .severity = severity}, deadline,
                   std::move(done));
  }

  void sweep(SharedSweep sweep, ReachedDone done) override {
    writes_.sweep(std::move(sweep), std::move(done));
  }

  void extend(const KeyView& key, Duration ttl, Deadline deadline,
              std::function<void(bool was_present)> done) override {
    writes_.extend(key, ttl, deadline, std::move(done));
  }

  SharedStatus status() const override;
  bool shutdown(Deadline deadline) override;

 private:
  /// Lets shutdown() wait for the end of what is pending.
  class Drained {
   public:
    Event next() {
      MutexLock lock(mutex_);
      event_ = Event();
      return event_;
    }
    void set() const {
      MutexLock lock(mutex_);
      event_.set();
    }

   private:
    mutable Mutex mutex_;
    Event event_ NACRE_GUARDED_BY(mutex_);
  };

  SharedState state_of(const redis::ClientStatus& client, bool tells_changes) const;

  const std::shared_ptr<Parts> parts_;
  const std::shared_ptr<redis::IoThreads> threads_;
  const std::shared_ptr<Waiters> waiters_ = std::make_shared<Waiters>();
  const std::shared_ptr<Drained> drained_ = std::make_shared<Drained>();
  const std::shared_ptr<Links> links_;
  const std::shared_ptr<Replay> replay_;
  Reads reads_;
  Sweeps sweeps_;
  Writes writes_;

  std::atomic<bool> is_shutting_down_{false};
  std::atomic<bool> was_whole_{false};  // written before has_shut_down_ is set
  const Event has_shut_down_{};

  mutable Mutex status_mutex_;
  mutable SharedState last_state_ NACRE_GUARDED_BY(status_mutex_) = SharedState::down;
  mutable TimePoint state_since_ NACRE_GUARDED_BY(status_mutex_) = parts_->wire.now();
};

SharedState RemoteTier::state_of(const redis::ClientStatus& client, bool tells_changes) const {
  if (client.health == redis::Health::down || parts_->wire.is_closed()) return SharedState::down;
  const auto breaker_of = [this](const redis::NodeStatus& node) {
    return parts_->wire.breakers().of(node.number).state();
  };
  const auto is_open = [&](const redis::NodeStatus& node) {
    return breaker_of(node) == BreakerState::open;
  };
  const auto is_closed = [&](const redis::NodeStatus& node) {
    return breaker_of(node) == BreakerState::closed;
  };
  if (std::all_of(client.nodes.begin(), client.nodes.end(), is_open)) return SharedState::down;
  const bool is_well = client.health == redis::Health::up && tells_changes &&
                       std::all_of(client.nodes.begin(), client.nodes.end(), is_closed);
  return is_well ? SharedState::up : SharedState::degraded;
}

SharedStatus RemoteTier::status() const {
  const redis::ClientStatus client = parts_->wire.client().status();
  SharedStatus status;
  status.topology = client.topology;
  status.last_error = client.last_error;
  status.tells_changes = links_->tells_changes();
  status.state = state_of(client, status.tells_changes);
  status.pending_count = parts_->pending.count();
  status.dropped_count = parts_->pending.dropped_count();
  status.corrupt_count = parts_->wire.corrupt_count();
  for (const redis::NodeStatus& node : client.nodes) {
    status.nodes.push_back({.name = node.node,
                            .role = std::string(redis::name_of(node.role)),
                            .state = std::string(redis::name_of(node.state)),
                            .version = node.version,
                            .round_trip = node.round_trip,
                            .last_error = node.last_error});
    if (node.round_trip) {
      status.round_trip = std::max(status.round_trip.value_or(Duration::zero()), *node.round_trip);
    }
  }
  const TimePoint now = parts_->wire.now();
  MutexLock lock(status_mutex_);
  if (std::exchange(last_state_, status.state) != status.state) {
    // The client knows since when it is as it is; what else changes the state is seen here first.
    state_since_ = std::clamp(client.since, state_since_, now);
  }
  status.since = now - state_since_;
  return status;
}

bool RemoteTier::shutdown(Deadline deadline) {
  if (is_shutting_down_.exchange(true)) {
    has_shut_down_.wait();
    return was_whole_;
  }
  Wire& wire = parts_->wire;
  // A server that is still being checked may yet be given the last minute's changes again.
  const auto is_done = [this] { return parts_->pending.empty() && parts_->trust.is_checked(); };
  while (!is_done() && !deadline.has_passed(wire.now())) {
    const Event drained = drained_->next();
    replay_->hurry();
    const Deadline look_again = Deadline::after(wire.clock(), hurry_step);
    // Looked at again even when told: that may have been the end of an older round.
    static_cast<void>(drained.wait(wire.clock(), std::min(look_again, deadline)));
  }
  wire.close();
  waiters_->wake_all();
  const bool is_complete = wire.client().shutdown(deadline);
  waiters_->wake_all();
  threads_->stop();
  links_->stop();
  was_whole_ = is_complete && parts_->pending.empty();
  has_shut_down_.set();
  return was_whole_;
}

}  // namespace

std::unique_ptr<SharedTier> make_remote_tier(const RemoteTierOptions& options,
                                             RemoteTierSurroundings surroundings) {
  NACRE_CHECK(surroundings.clock && surroundings.random && surroundings.marks != nullptr);
  check(options);
  return std::make_unique<RemoteTier>(options, surroundings);
}

}  // namespace nacre::remote
