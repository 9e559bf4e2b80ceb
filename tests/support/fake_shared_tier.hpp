// A shared tier in memory that several caches connect to, each playing a process of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coherence/marks.hpp"
#include "nacre/clock.hpp"
#include "tier/shared_tier.hpp"

namespace nacre::test {

class FakeSharedTier;

/// What all processes share: values, marks, leases, and who waits for those. One thread at a time;
/// replies come inside the call unless the fake is told to hold them. Outlives its tiers.
class FakeShared {
 public:
  using Name = std::pair<std::string, std::string>;  ///< namespace and key, or tag

  explicit FakeShared(std::shared_ptr<Clock> clock) : clock_(std::move(clock)) {}

  /// The link of one more process. `marks` are those of its cache.
  std::unique_ptr<FakeSharedTier> connect(const Marks& marks);

  /// Holds the calls from now on: answer_next() carries out and answers the oldest.
  bool is_held = false;

  /// Nothing may be copied, and no changes are told.
  bool refuses_tracking = false;

  /// Values longer than this are refused.
  std::size_t max_value_bytes = std::size_t{1} << 20;

  bool answer_next();

  /// Is something stored under this key, valid and usable?
  bool holds(std::string_view space, std::string_view key);
  std::size_t claims_out() const noexcept { return leases_.size(); }
  std::size_t finds_count() const noexcept { return finds_count_; }
  std::size_t claims_count() const noexcept { return claims_count_; }

 private:
  friend class FakeSharedTier;
  friend class FakeClaim;

  struct Record {
    Entry entry{};
    std::uint64_t made_at = 0;  ///< the sequence number when its load or write began
  };
  struct Change {
    std::uint64_t removed_at = 0;
    std::uint64_t expired_at = 0;
  };
  struct Waiting {
    FakeSharedTier* tier = nullptr;
    Name name{};
    std::uint64_t hash = 0;
    std::uint64_t stripe_count = 0;
    ClaimDone done{};
  };
  struct Failure {
    Error error;
    TimePoint until{};
  };

  std::uint64_t next() noexcept { return ++sequence_; }
  Record* find(const Name& name);
  void tell(const FakeSharedTier* changer, const std::function<void(NearCopies&)>& change);
  void tell_key(const FakeSharedTier* changer, const Name& name);
  void put(const Name& name, Entry entry, const FakeSharedTier* changer, std::uint64_t made_at);
  void change_key(const Name& name, Severity severity, const FakeSharedTier* changer);
  void change(std::map<Name, Change>& marks, const Name& name, Severity severity);
  bool was_changed_since(const Name& name, const Entry& entry, std::uint64_t sequence) const;
  ClaimReply try_claim(const Waiting& asked, bool is_reload);
  void end_lease(const Name& name, std::uint64_t token, const std::optional<Failure>& failure);

  const std::shared_ptr<Clock> clock_;
  std::uint64_t sequence_ = 0;
  std::map<Name, Record> records_{};
  std::map<Name, Change> tags_{};
  std::map<Name, Change> spaces_{};  ///< under the name of the namespace and ""
  struct Lease {
    std::uint64_t token = 0;
    FakeSharedTier* holder = nullptr;
  };
  std::map<Name, Lease> leases_{};
  std::map<Name, Failure> failures_{};
  std::list<std::shared_ptr<Waiting>> waiting_{};
  std::vector<FakeSharedTier*> tiers_{};
  std::list<std::function<void()>> held_{};
  std::size_t finds_count_ = 0;
  std::size_t claims_count_ = 0;
};

/// One process's link to a FakeShared.
class FakeSharedTier final : public SharedTier {
 public:
  FakeSharedTier(FakeShared& server, const Marks& marks);
  FakeSharedTier(const FakeSharedTier&) = delete;
  FakeSharedTier& operator=(const FakeSharedTier&) = delete;
  ~FakeSharedTier() override;

  /// The link is lost; calls are skipped at once and changes are kept. Lost before start(): the
  /// process begins without the server.
  void cut();

  /// It is there again: what was kept is repeated.
  void reconnect();

  /// Calls get no answer before their deadline, and do nothing. The link counts as whole.
  bool is_silent = false;

  /// A fill's claim has been lost without a word.
  void lose_claims();

  void start(NearCopies& copies) override;
  void find(const KeyView& key, Deadline deadline, SharedFindDone done) override;
  void find_many(std::span<const KeyView> keys, Deadline deadline,
                 SharedFindManyDone done) override;
  void claim(const KeyView& key, ClaimRequest request, ClaimDone done) override;
  void write(const KeyView& key, Entry entry, Deadline deadline, bool is_strict,
             SharedStoreDone done) override;
  void change_key(const KeyView& key, Severity severity, Deadline deadline,
                  ReachedDone done) override;
  void change_tags(const Namespace& space, std::span<const std::string> tags, Severity severity,
                   Deadline deadline, ReachedDone done) override;
  void change_space(const Namespace& space, Severity severity, Deadline deadline,
                    ReachedDone done) override;
  void sweep(SharedSweep sweep, ReachedDone done) override;
  void extend(const KeyView& key, Duration ttl, Deadline deadline,
              std::function<void(bool was_present)> done) override;
  SharedStatus status() const override;
  bool shutdown(Deadline deadline) override;

 private:
  friend class FakeShared;
  friend class FakeClaim;

  bool is_reachable() const noexcept { return !is_cut_ && !is_shut_down_; }
  bool may_copy() const noexcept { return is_reachable() && !server_.refuses_tracking; }
  bool track(const FakeShared::Name& name);
  bool is_pending(const FakeShared::Name& name) const;
  SharedReply look(const FakeShared::Name& name, std::uint64_t stripe_count);

  /// Carries `act` out, now or when it is its turn; `skip` when the server does not answer.
  void run(Deadline deadline, std::function<void()> act, std::function<void()> skip);

  /// The same for a change, which is kept under `name` when it is skipped.
  void run_change(const FakeShared::Name& name, Deadline deadline, std::function<void()> act,
                  std::function<void(bool has_reached)> done);

  FakeShared& server_;
  const Marks& marks_;
  NearCopies* copies_ = nullptr;
  std::map<FakeShared::Name, std::function<void()>> pending_{};
  std::set<FakeShared::Name> tracked_{};  ///< keys it was given: their next change is told, once
  bool is_cut_ = false;
  bool is_shut_down_ = false;
};

}  // namespace nacre::test
