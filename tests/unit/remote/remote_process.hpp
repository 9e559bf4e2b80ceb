// One process of a fleet, as tests of the remote tier see it: a tier with marks and near copies of
// its own. Two of them on one server are two processes.
//
//   RemoteProcess one({.server = server.address()});
//   auto claim = one.claim("k").claim;
//   one.fill(*claim, "v");
//   EXPECT_EQ(two.find_text("k"), "v");
#pragma once

#include <algorithm>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "coherence/marks.hpp"
#include "remote/remote_tier.hpp"
#include "support/await.hpp"
#include "support/redis_ground.hpp"
#include "support/redis_link.hpp"
#include "tier/freshness.hpp"

namespace nacre::remote {

/// Writes down what a tier tells, in order.
class ToldCopies final : public NearCopies {
 public:
  void on_key_changed(std::string_view space, std::string_view key) override {
    add("key " + std::string(space) + " " + std::string(key));
  }
  void on_claim_lost(std::string_view space, std::string_view key) override {
    add("claim lost " + std::string(space) + " " + std::string(key));
  }
  void on_tag_changed(std::string_view space, std::string_view tag) override {
    add("tag " + std::string(space) + " " + std::string(tag));
  }
  void on_space_changed(std::string_view space) override { add("space " + std::string(space)); }
  void on_unknown(TimePoint cut_at) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back("unknown");
    cuts_.push_back(cut_at);
  }
  void on_connected() override { add("connected"); }

  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::vector<TimePoint> cuts() const {
    const std::lock_guard lock(mutex_);
    return cuts_;
  }
  std::size_t count(const std::string& line) const {
    const std::vector<std::string> all = lines();
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), line));
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    lines_.clear();
  }

 private:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<TimePoint> cuts_;
};

struct ProcessTerms {
  test::RedisAddress server{};
  test::RedisGround* ground = nullptr;  ///< instead of `server`
  RemoteTierOptions options{};
  bool is_awaited = true;  ///< until changes are told
  std::shared_ptr<Clock> clock = make_system_clock();
  NearCopies* copies = nullptr;  ///< instead of the process's own
};

/// How an entry is stored.
struct EntryTerms {
  std::string value = "v";
  std::vector<std::string> tags{};
  Duration ttl = std::chrono::minutes(1);
  Duration stale_while_revalidate{};
  Duration stale_if_error{};
  bool is_negative = false;
};

class RemoteProcess {
 public:
  explicit RemoteProcess(const ProcessTerms& terms) : clock_(terms.clock) {
    RemoteTierOptions options = terms.options;
    aim(options, terms);
    // Of no test the point: what is slow here is the machine.
    options.connect.command_timeout = std::chrono::seconds(10);
    options.connect.connect_timeout = std::chrono::seconds(10);
    options.connect.heartbeat = std::chrono::hours(1);
    options.connect.reconnect_min = std::chrono::milliseconds(5);
    options.connect.reconnect_max = std::chrono::milliseconds(50);
    tier_ = make_remote_tier(options, {.clock = clock_,
                                       .random = std::make_shared<SystemRandom>(),
                                       .marks = &marks_,
                                       .hash_seed = seed});
    tier_->start(terms.copies != nullptr ? *terms.copies : copies);
    if (terms.is_awaited) await_told();
  }
  ~RemoteProcess() { tier_->shutdown(Deadline(TimePoint::min())); }

  static constexpr std::uint64_t seed = 7;

  SharedTier& tier() { return *tier_; }
  Clock& clock() { return *clock_; }
  TimePoint now() const { return clock_->now(); }
  const Marks& marks() const { return marks_; }
  Deadline soon() const { return Deadline::after(*clock_, std::chrono::seconds(10)); }
  const Namespace& space() const { return space_; }

  void await_told() {
    test::await("changes are told", [this] { return tier_->status().tells_changes; });
  }

  /// `text` must outlive the view.
  KeyView key(std::string_view text) const { return {&space_, text, hash_key(space_, text, seed)}; }

  Entry entry(const EntryTerms& terms) const {
    Entry entry;
    if (!terms.is_negative) entry.value = Value::from_bytes(terms.value, Format::text);
    entry.lifetime = {.loaded_at = now(),
                      .fresh_until = now() + terms.ttl,
                      .stale_while_revalidate = terms.stale_while_revalidate,
                      .stale_if_error = terms.stale_if_error};
    if (!terms.tags.empty()) {
      EntryNotes notes{.tags = terms.tags};
      for (const std::string& tag : terms.tags) {
        notes.tag_hashes.push_back(hash_tag(space_, tag, seed));
      }
      entry.notes = NotesRef::make(std::move(notes));
    }
    return entry;
  }

  SharedReply find(const std::string& text) {
    std::promise<SharedReply> promise;
    tier_->find(key(text), soon(),
                [&promise](SharedReply reply) { promise.set_value(std::move(reply)); });
    return get(promise.get_future());
  }

  /// The value's bytes; "absent", "skipped" or "negative" otherwise.
  std::string find_text(const std::string& text) {
    const SharedReply reply = find(text);
    if (reply.state == TierReply::State::absent) return "absent";
    if (reply.state == TierReply::State::skipped) return "skipped";
    return reply.entry.is_negative() ? "negative" : std::string(reply.entry.value.bytes());
  }

  Freshness freshness(const std::string& text) {
    const SharedReply reply = find(text);
    if (reply.state != TierReply::State::found) return Freshness::expired;
    return freshness_of(reply.entry.lifetime, now());
  }

  std::future<ClaimReply> begin_claim(const std::string& text, ClaimRequest request = {}) {
    if (request.tier_timeout == Duration::zero()) request.tier_timeout = std::chrono::seconds(10);
    if (request.deadline.is_never()) {
      request.deadline = Deadline::after(*clock_, std::chrono::seconds(20));
    }
    auto promise = std::make_shared<std::promise<ClaimReply>>();
    std::future<ClaimReply> future = promise->get_future();
    tier_->claim(key(text), std::move(request),
                 [promise](ClaimReply reply) { promise->set_value(std::move(reply)); });
    return future;
  }

  ClaimReply claim(const std::string& text, ClaimRequest request = {}) {
    return get(begin_claim(text, std::move(request)));
  }

  SharedStored fill(Claim& claim, const EntryTerms& terms = {}) {
    std::promise<SharedStored> promise;
    claim.fill(entry(terms), soon(),
               [&promise](SharedStored stored) { promise.set_value(stored); });
    return get(promise.get_future());
  }

  /// A whole load.
  SharedStored load(const std::string& text, const EntryTerms& terms = {}) {
    ClaimReply reply = claim(text, {.tags = terms.tags});
    if (reply.state != ClaimReply::State::granted) throw std::runtime_error("not granted");
    return fill(*reply.claim, terms);
  }

  SharedStored write(const std::string& text, const EntryTerms& terms = {},
                     bool is_strict = false) {
    std::promise<SharedStored> promise;
    tier_->write(key(text), entry(terms), soon(), is_strict,
                 [&promise](SharedStored stored) { promise.set_value(stored); });
    return get(promise.get_future());
  }

  bool change_key(const std::string& text, Severity severity = Severity::remove) {
    return reached(
        [&](ReachedDone done) { tier_->change_key(key(text), severity, soon(), std::move(done)); });
  }
  bool change_tags(const std::vector<std::string>& tags, Severity severity = Severity::remove) {
    return reached([&](ReachedDone done) {
      tier_->change_tags(space_, tags, severity, soon(), std::move(done));
    });
  }
  bool change_space(Severity severity = Severity::remove) {
    return reached(
        [&](ReachedDone done) { tier_->change_space(space_, severity, soon(), std::move(done)); });
  }
  bool sweep(SharedSweep sweep) {
    sweep.space = &space_;
    return reached([&](ReachedDone done) { tier_->sweep(std::move(sweep), std::move(done)); });
  }
  bool extend(const std::string& text, Duration ttl) {
    return reached([&](ReachedDone done) { tier_->extend(key(text), ttl, soon(), done); });
  }

  template <class Result>
  static Result get(std::future<Result> future) {
    if (future.wait_for(std::chrono::seconds(40)) != std::future_status::ready) {
      throw std::runtime_error("the tier did not answer");
    }
    return future.get();
  }

  ToldCopies copies{};

 private:
  static void aim(RemoteTierOptions& options, const ProcessTerms& terms) {
    std::vector<test::RedisAddress> servers{terms.server};
    if (terms.ground != nullptr) servers = terms.ground->addresses();
    for (const test::RedisAddress& each : servers) {
      options.servers.addresses.push_back({.host = each.host, .port = each.port});
    }
    options.connect.user = servers.front().user;
    options.connect.password = servers.front().password;
    options.connect.tls.is_on = !servers.front().authority_file.empty();
    options.connect.tls.ca_file = servers.front().authority_file;
  }

  template <class Start>
  bool reached(Start start) {
    auto promise = std::make_shared<std::promise<bool>>();
    start([promise](bool has_reached) { promise->set_value(has_reached); });
    return get(promise->get_future());
  }

  std::shared_ptr<Clock> clock_;
  Marks marks_{{.stripes_count = 4096}};
  Namespace space_{1, "app"};
  std::unique_ptr<SharedTier> tier_{};
};

}  // namespace nacre::remote
