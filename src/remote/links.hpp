// What the links tell, passed on to the marks, to those who wait, and to who keeps near copies.
//
// Links come and go on their own threads. Near copies count as told only while every link to every
// primary is there and tracks, what had not reached the servers has, and each server is known to be
// the one that was there before.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/mutex.hpp"
#include "redis/link_observer.hpp"
#include "remote/claims.hpp"
#include "remote/parts.hpp"
#include "remote/replay.hpp"

namespace nacre::remote {

/// Thread safe. `telling_mutex_` is held while on_unknown() and on_connected() are called, so that
/// what is told last is what is so; nothing else is called under it.
class Links final : public redis::LinkObserver {
 public:
  Links(Parts& parts, std::shared_ptr<Waiters> waiters)
      : parts_(parts), waiters_(std::move(waiters)) {}

  /// Before the client is made.
  void set_replay(std::weak_ptr<Replay> replay) { replay_ = std::move(replay); }

  /// Once the client is made, which may have links by then: they are not used before.
  void open();

  void start(NearCopies& copies);
  /// Nothing is told any more.
  void stop();

  /// Too much was lost track of: all that is near may be wrong.
  void tell_unknown();
  /// All that was kept has reached the server.
  void on_nothing_pending() { settle(); }
  /// The claim of `key` was ended by somebody else.
  void tell_claim_lost(const OwnedKey& key);

  bool tells_changes() const;

  void on_link_ready(const redis::LinkIdentity& link) override;
  void on_invalidated(const redis::LinkIdentity& link, resp::Reply keys) override;
  void on_link_lost(const redis::LinkIdentity& link) override;
  void on_heard(const redis::LinkIdentity& link, TimePoint sent_at) override;
  void on_slots_moved(std::uint16_t first, std::uint16_t last) override;
  void on_primary_changed(std::string_view node) override;

 private:
  struct LinkState {
    std::string node{};
    bool is_tracking = false;
    TimePoint heard_at{};  ///< everything before this has been told
  };

  void check_server(const std::string& node, bool is_anew);
  void take_server(const std::string& node, std::string_view run_id, bool is_anew);
  void repeat_recent(Replay& replay);
  void settle();
  bool is_whole(const redis::Primaries& primaries) const NACRE_REQUIRES(telling_mutex_);
  void pass_on(std::string_view name);
  void forget_all(TimePoint cut_at);

  Parts& parts_;
  const std::shared_ptr<Waiters> waiters_;
  std::weak_ptr<Replay> replay_{};  // weak: the client, which it uses, owns this
  std::atomic<NearCopies*> copies_{nullptr};
  mutable Mutex telling_mutex_;
  std::map<std::uint64_t, LinkState> links_ NACRE_GUARDED_BY(telling_mutex_);
  bool is_open_ NACRE_GUARDED_BY(telling_mutex_) = false;
  bool was_cut_ NACRE_GUARDED_BY(telling_mutex_) = false;
  bool is_connected_ NACRE_GUARDED_BY(telling_mutex_) = false;
  /// What each server said last of who it is; empty: it would not.
  std::map<std::string, std::string> run_ids_ NACRE_GUARDED_BY(telling_mutex_);
};

}  // namespace nacre::remote
