#include "support/fake_shared_tier.hpp"

#include <algorithm>

#include "tier/freshness.hpp"

namespace nacre::test {

namespace {

FakeShared::Name name_of_key(const KeyView& key) {
  return {key.space->name, std::string(key.text)};
}

void make_stale(Entry& entry, TimePoint now) {
  entry.lifetime.fresh_until = std::min(entry.lifetime.fresh_until, now);
  entry.lifetime.stale_while_revalidate = Duration(0);
}

}  // namespace

/// A lease: good while the server has its token under the key.
class FakeClaim final : public Claim {
 public:
  FakeClaim(FakeSharedTier& tier, FakeShared::Name name, std::uint64_t hash, std::uint64_t token)
      : server_(tier.server_), tier_(tier), name_(std::move(name)), hash_(hash), token_(token) {}
  FakeClaim(const FakeClaim&) = delete;
  FakeClaim& operator=(const FakeClaim&) = delete;

  ~FakeClaim() override {
    if (!is_used_) server_.end_lease(name_, token_, {});
  }

  void fill(Entry entry, Deadline deadline, SharedStoreDone done) override {
    is_used_ = true;
    // The claim may go before its fill is carried out.
    auto fill = [&server = server_, &tier = tier_, name = name_, token = token_, hash = hash_,
                 entry = std::move(entry), done] {
      const auto lease = server.leases_.find(name);
      const bool is_held = lease != server.leases_.end() && lease->second.token == token;
      if (entry.value.payload_bytes() > server.max_value_bytes) {
        server.end_lease(name, token, {});
        return done({.reply = StoreReply::refused});
      }
      if (!is_held || server.was_changed_since(name, entry, token)) {
        server.end_lease(name, token, {});
        return done({.reply = StoreReply::outdated});
      }
      server.put(name, entry, &tier, token);
      server.end_lease(name, token, {});
      // As one that asks whether it was stored, when that is sent.
      done({.reply = StoreReply::stored,
            .may_copy = tier.track(name),
            .stripe_count = tier.marks_.stamp_of({.hash = hash}).stripe_count});
    };
    tier_.run(deadline, std::move(fill), [done] { done({}); });
  }

  void fail(const Error& error, Duration back_off) override {
    is_used_ = true;
    server_.end_lease(name_, token_, FakeShared::Failure{error, server_.clock_->now() + back_off});
  }

 private:
  FakeShared& server_;
  FakeSharedTier& tier_;
  const FakeShared::Name name_;
  const std::uint64_t hash_;
  const std::uint64_t token_;
  bool is_used_ = false;
};

std::unique_ptr<FakeSharedTier> FakeShared::connect(const Marks& marks) {
  return std::make_unique<FakeSharedTier>(*this, marks);
}

bool FakeShared::answer_next() {
  if (held_.empty()) return false;
  const std::function<void()> act = std::move(held_.front());
  held_.pop_front();
  act();
  return true;
}

FakeShared::Record* FakeShared::find(const Name& name) {
  const auto found = records_.find(name);
  if (found == records_.end()) return nullptr;
  Record& record = found->second;
  const auto judge = [&](const std::map<Name, Change>& marks, const Name& mark) {
    const auto change = marks.find(mark);
    if (change == marks.end()) return true;
    if (change->second.removed_at > record.made_at) return false;
    if (change->second.expired_at > record.made_at) make_stale(record.entry, clock_->now());
    return true;
  };
  bool is_valid = judge(spaces_, {name.first, ""});
  if (record.entry.notes) {
    for (const std::string& tag : record.entry.notes->tags) {
      is_valid = judge(tags_, {name.first, tag}) && is_valid;
    }
  }
  if (is_valid && freshness_of(record.entry.lifetime, clock_->now()) != Freshness::expired) {
    return &record;
  }
  records_.erase(found);
  return nullptr;
}

bool FakeShared::holds(std::string_view space, std::string_view key) {
  return find({std::string(space), std::string(key)}) != nullptr;
}

void FakeShared::tell(const FakeSharedTier* changer,
                      const std::function<void(NearCopies&)>& change) {
  for (FakeSharedTier* tier : std::vector(tiers_)) {
    if (tier != changer && tier->may_copy() && tier->copies_ != nullptr) change(*tier->copies_);
  }
}

void FakeShared::tell_key(const FakeSharedTier* changer, const Name& name) {
  for (FakeSharedTier* tier : std::vector(tiers_)) {
    if (tier == changer || !tier->may_copy() || tier->tracked_.erase(name) == 0) continue;
    tier->copies_->on_key_changed(name.first, name.second);
  }
}

void FakeShared::put(const Name& name, Entry entry, const FakeSharedTier* changer,
                     std::uint64_t made_at) {
  records_.insert_or_assign(name, Record{.entry = std::move(entry), .made_at = made_at});
  tell_key(changer, name);
}

void FakeShared::change_key(const Name& name, Severity severity, const FakeSharedTier* changer) {
  Record* record = find(name);
  if (record != nullptr && severity == Severity::expire) {
    make_stale(record->entry, clock_->now());
  } else {
    records_.erase(name);
  }
  const auto lease = leases_.find(name);
  if (lease != leases_.end()) {
    const Lease ended = lease->second;
    if (ended.holder != changer && ended.holder->may_copy()) {
      ended.holder->copies_->on_claim_lost(name.first, name.second);
    }
    end_lease(name, ended.token, {});
  }
  tell_key(changer, name);
}

void FakeShared::change(std::map<Name, Change>& marks, const Name& name, Severity severity) {
  Change& mark = marks[name];
  (severity == Severity::remove ? mark.removed_at : mark.expired_at) = next();
}

bool FakeShared::was_changed_since(const Name& name, const Entry& entry,
                                   std::uint64_t sequence) const {
  const auto is_newer = [sequence](const std::map<Name, Change>& marks, const Name& mark) {
    const auto change = marks.find(mark);
    return change != marks.end() &&
           std::max(change->second.removed_at, change->second.expired_at) > sequence;
  };
  if (is_newer(spaces_, {name.first, ""})) return true;
  if (!entry.notes) return false;
  return std::any_of(entry.notes->tags.begin(), entry.notes->tags.end(),
                     [&](const std::string& tag) { return is_newer(tags_, {name.first, tag}); });
}

ClaimReply FakeShared::try_claim(const Waiting& asked, bool is_reload) {
  const Name& name = asked.name;
  const Record* record = is_reload ? nullptr : find(name);
  if (record != nullptr && clock_->now() < record->entry.lifetime.fresh_until) {
    return {.state = ClaimReply::State::found,
            .entry = record->entry,
            .may_copy = asked.tier->track(name),
            .stripe_count = asked.stripe_count};
  }
  const auto failure = failures_.find(name);
  if (failure != failures_.end() && clock_->now() < failure->second.until) {
    return {.state = ClaimReply::State::failed, .error = failure->second.error};
  }
  if (leases_.contains(name)) return {};
  const std::uint64_t token = next();
  leases_[name] = {.token = token, .holder = asked.tier};
  return {.state = ClaimReply::State::granted,
          .claim = std::make_unique<FakeClaim>(*asked.tier, name, asked.hash, token)};
}

void FakeShared::end_lease(const Name& name, std::uint64_t token,
                           const std::optional<Failure>& failure) {
  const auto lease = leases_.find(name);
  if (lease == leases_.end() || lease->second.token != token) return;
  leases_.erase(lease);
  failures_.erase(name);
  if (failure) failures_.insert_or_assign(name, *failure);
  for (const auto& waiting : std::list(waiting_)) {
    if (waiting->name != name || !waiting->done) continue;
    // Who asked for a reload is given what the load has brought that it waited for.
    ClaimReply reply = try_claim(*waiting, false);
    if (reply.state == ClaimReply::State::skipped) continue;
    waiting_.remove(waiting);
    const ClaimDone done = std::exchange(waiting->done, nullptr);
    done(std::move(reply));
  }
}

FakeSharedTier::FakeSharedTier(FakeShared& server, const Marks& marks)
    : server_(server), marks_(marks) {
  server_.tiers_.push_back(this);
}

FakeSharedTier::~FakeSharedTier() {
  shutdown(Deadline());
  std::erase(server_.tiers_, this);
}

void FakeSharedTier::start(NearCopies& copies) {
  copies_ = &copies;
  if (is_cut_ || server_.refuses_tracking) return;
  copies.on_unknown(server_.clock_->now());
  copies.on_connected();
}

void FakeSharedTier::cut() {
  is_cut_ = true;
  tracked_.clear();
  if (copies_ != nullptr) copies_->on_unknown(server_.clock_->now());
}

void FakeSharedTier::reconnect() {
  is_cut_ = false;
  is_silent = false;
  for (const auto& [name, act] : std::exchange(pending_, {})) act();
  if (copies_ == nullptr || server_.refuses_tracking) return;
  copies_->on_unknown(server_.clock_->now());
  copies_->on_connected();
}

void FakeSharedTier::lose_claims() {
  server_.leases_.clear();
}

bool FakeSharedTier::track(const FakeShared::Name& name) {
  if (!may_copy()) return false;
  tracked_.insert(name);
  return true;
}

bool FakeSharedTier::is_pending(const FakeShared::Name& name) const {
  return pending_.contains(name) || pending_.contains({name.first, ""});
}

void FakeSharedTier::run(Deadline deadline, std::function<void()> act, std::function<void()> skip) {
  if (!is_reachable()) return skip();
  if (is_silent) {
    server_.clock_->call_at(deadline.when(), std::move(skip));
    return;
  }
  if (!server_.is_held) return act();
  server_.held_.push_back(std::move(act));
}

void FakeSharedTier::run_change(const FakeShared::Name& name, Deadline deadline,
                                std::function<void()> act,
                                std::function<void(bool has_reached)> done) {
  run(
      deadline,
      [act, done] {
        act();
        done(true);
      },
      [this, name, act, done] {
        pending_[name] = act;
        done(false);
      });
}

SharedReply FakeSharedTier::look(const FakeShared::Name& name, std::uint64_t stripe_count) {
  ++server_.finds_count_;
  const FakeShared::Record* record = server_.find(name);
  if (record == nullptr) return {.state = TierReply::State::absent};
  return {.state = TierReply::State::found,
          .entry = record->entry,
          .may_copy = track(name),
          .stripe_count = stripe_count};
}

void FakeSharedTier::find(const KeyView& key, Deadline deadline, SharedFindDone done) {
  const FakeShared::Name name = name_of_key(key);
  if (is_pending(name)) return done({});
  run(
      deadline,
      [this, name, done, stripe_count = marks_.stamp_of(key).stripe_count] {
        done(look(name, stripe_count));
      },
      [done] { done({}); });
}

void FakeSharedTier::find_many(std::span<const KeyView> keys, Deadline deadline,
                               SharedFindManyDone done) {
  std::vector<std::pair<FakeShared::Name, std::uint64_t>> wanted;
  for (const KeyView& key : keys) {
    wanted.emplace_back(name_of_key(key), marks_.stamp_of(key).stripe_count);
  }
  run(
      deadline,
      [this, wanted, done] {
        std::vector<SharedReply> replies;
        for (const auto& [name, stripe_count] : wanted) {
          replies.push_back(is_pending(name) ? SharedReply() : look(name, stripe_count));
        }
        done(std::move(replies));
      },
      [done, count = wanted.size()] { done(std::vector<SharedReply>(count)); });
}

void FakeSharedTier::claim(const KeyView& key, ClaimRequest request, ClaimDone done) {
  const FakeShared::Name name = name_of_key(key);
  if (is_pending(name)) return done({});
  const Deadline answer_by = Deadline::after(*server_.clock_, request.tier_timeout);
  run(
      answer_by,
      [this,
       waiting = std::make_shared<FakeShared::Waiting>(
           FakeShared::Waiting{.tier = this,
                               .name = name,
                               .hash = key.hash,
                               .stripe_count = marks_.stamp_of(key).stripe_count,
                               .done = done}),
       request] {
        ++server_.claims_count_;
        ClaimReply reply = server_.try_claim(*waiting, request.is_reload);
        if (reply.state != ClaimReply::State::skipped) return waiting->done(std::move(reply));
        server_.waiting_.push_back(waiting);
        server_.clock_->call_at(request.deadline.when(), [&server = server_, waiting] {
          server.waiting_.remove(waiting);
          if (const ClaimDone late = std::exchange(waiting->done, nullptr)) late({});
        });
      },
      [done] { done({}); });
}

void FakeSharedTier::write(const KeyView& key, Entry entry, Deadline deadline, bool is_strict,
                           SharedStoreDone done) {
  const FakeShared::Name name = name_of_key(key);
  const std::uint64_t stripe_count = marks_.stamp_of(key).stripe_count;
  if (entry.value.payload_bytes() > server_.max_value_bytes) {
    return done({.reply = StoreReply::refused});
  }
  const auto put = [this, name, entry] {
    const auto lease = server_.leases_.find(name);
    server_.put(name, entry, this, server_.next());
    if (lease != server_.leases_.end()) server_.end_lease(name, lease->second.token, {});
  };
  const auto drop = [this, name] { server_.change_key(name, Severity::remove, this); };
  run(
      deadline,
      [this, name, put, stripe_count, done] {
        put();
        done({.reply = StoreReply::stored, .may_copy = track(name), .stripe_count = stripe_count});
      },
      [this, name, put, drop, is_strict, done] {
        if (is_strict) {
          pending_[name] = drop;
        } else {
          pending_[name] = put;
        }
        done({});
      });
}

void FakeSharedTier::change_key(const KeyView& key, Severity severity, Deadline deadline,
                                ReachedDone done) {
  const FakeShared::Name name = name_of_key(key);
  run_change(
      name, deadline, [this, name, severity] { server_.change_key(name, severity, this); },
      std::move(done));
}

void FakeSharedTier::change_tags(const Namespace& space, std::span<const std::string> tags,
                                 Severity severity, Deadline deadline, ReachedDone done) {
  run_change(
      {space.name, ""}, deadline,
      [this, name = space.name, tags = std::vector<std::string>(tags.begin(), tags.end()),
       severity] {
        for (const std::string& tag : tags) {
          server_.change(server_.tags_, {name, tag}, severity);
          server_.tell(this, [&](NearCopies& copies) { copies.on_tag_changed(name, tag); });
        }
      },
      std::move(done));
}

void FakeSharedTier::change_space(const Namespace& space, Severity severity, Deadline deadline,
                                  ReachedDone done) {
  run_change(
      {space.name, ""}, deadline,
      [this, name = space.name, severity] {
        server_.change(server_.spaces_, {name, ""}, severity);
        server_.tell(this, [&](NearCopies& copies) { copies.on_space_changed(name); });
      },
      std::move(done));
}

void FakeSharedTier::sweep(SharedSweep sweep, ReachedDone done) {
  const std::string space = sweep.space->name;
  run_change(
      {space, ""}, Deadline(server_.clock_->now()),
      [this, space, sweep = std::move(sweep)] {
        std::set<FakeShared::Name> meant;
        for (const auto& [name, token] : server_.leases_) {
          // What a running load will bring is not known: its claim ends where its key may be meant.
          if (name.first == space && name.second.starts_with(sweep.literal_prefix)) {
            meant.insert(name);
          }
        }
        for (const auto& [name, record] : server_.records_) {
          const std::vector<std::string> tags =
              record.entry.notes ? record.entry.notes->tags : std::vector<std::string>();
          if (name.first == space && sweep.matches(name.second, tags)) meant.insert(name);
        }
        for (const FakeShared::Name& name : meant) {
          server_.change_key(name, sweep.severity, this);
        }
      },
      std::move(done));
}

void FakeSharedTier::extend(const KeyView& key, Duration ttl, Deadline deadline,
                            std::function<void(bool was_present)> done) {
  run(
      deadline,
      [this, name = name_of_key(key), ttl, done] {
        FakeShared::Record* record = server_.find(name);
        if (record != nullptr) {
          record->entry.lifetime.fresh_until = saturating_add(server_.clock_->now(), ttl);
        }
        done(record != nullptr);
      },
      [done] { done(false); });
}

SharedStatus FakeSharedTier::status() const {
  SharedStatus status;
  status.state = !is_reachable()            ? SharedState::down
                 : server_.refuses_tracking ? SharedState::degraded
                                            : SharedState::up;
  status.tells_changes = may_copy();
  status.pending_count = pending_.size();
  return status;
}

bool FakeSharedTier::shutdown(Deadline) {
  is_shut_down_ = true;
  for (const auto& waiting : std::list(server_.waiting_)) {
    if (waiting->tier != this) continue;
    server_.waiting_.remove(waiting);
    if (const ClaimDone done = std::exchange(waiting->done, nullptr)) done({});
  }
  return pending_.empty();
}

}  // namespace nacre::test
