// The data link: one connection on which the commands of all callers of an io thread are
// multiplexed, written once per turn of the loop, answered in order.
//
// A command is encoded whole before it takes its place in the ring, and keeps that place until its
// reply has come. Deadlines and cancellations only let the waiter go (promise P8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "redis/byte_queue.hpp"
#include "redis/call.hpp"
#include "redis/connection.hpp"
#include "redis/encoded_call.hpp"
#include "redis/link_observer.hpp"
#include "redis/ring.hpp"
#include "redis/status.hpp"

namespace nacre::redis {

/// How a link is, for the status of its node.
struct LinkReport {
  LinkState state = LinkState::connecting;
  Health health = Health::down;
  Role role = Role::unknown;
  bool is_tracking = false;
  std::string version{};
  std::string last_error{};
  std::optional<Duration> round_trip{};
};

struct LinkOptions {
  ConnectionOptions connection{};
  std::size_t max_in_flight = 1024;

  /// May be null.
  std::shared_ptr<LinkObserver> observer{};

  /// A late reply of a blocking command may take what nobody waits for: such a link is given up
  /// when its waiter goes.
  bool is_given_up_on_timeout = false;

  /// What was not executed for a reason that passes (server_error.hpp, is_transient) is sent again
  /// after 100 ms and a jitter, while its deadline allows.
  bool is_transient_retried = true;

  /// Called, on the io thread, when the report has changed.
  std::function<void()> on_changed{};

  /// Called at the end of a turn in which nothing is waited for. May be empty.
  std::function<void()> on_idle{};
};

/// Loop thread only. Handlers are never called inside execute(), resume() or the constructor.
class Link final : private ConnectionUser {
 public:
  /// `thread` must outlive the link.
  Link(IoThread& thread, LinkOptions options);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Only after close(), and not inside a handler.
  ~Link() override;

  void start() { connection_.start(); }

  /// Takes the call: writes it at the end of this turn, or queues it. Moves the handler away.
  void execute(Call& call) noexcept;
  void execute(EncodedCall&& call) noexcept;

  /// Commands in flight and calls that wait.
  std::size_t load_count() const noexcept { return ring_.size() + queue_.size(); }
  bool is_idle() const noexcept {
    return waited_for_count_ == 0 && queue_.empty() && later_.empty();
  }

  void set_on_idle(std::function<void()> on_idle) { options_.on_idle = std::move(on_idle); }

  /// Answers everything, with connection_lost what was written and connection_failed the rest, and
  /// ends the connection for ever. Idempotent.
  void close();

  LinkReport report() const;
  const LinkIdentity& identity() const noexcept { return connection_.identity(); }

 private:
  struct Refused {
    ReplyHandler handler{};
    Error error;
    std::string command{};
  };

  void on_ready() override;
  bool on_reply(resp::Reply reply) override;
  void on_push(resp::Reply push) override;
  void on_turn_end() override;
  void on_silence() override;
  void on_lost(const std::string& reason) override;
  void on_changed() override;

  bool has_room() const noexcept;
  bool try_write(Call& call);
  Place& take_place(std::size_t bytes, TimePoint now, TimePoint deadline);
  void watch(Place& place, std::shared_ptr<Cancellation> cancellation);
  std::function<void()> sweep_soon();
  void queue(EncodedCall&& call);
  void admit_queued();
  void flush();
  void flush_at_turn_end();
  void refuse(ReplyHandler handler, Error error, std::string command = {});
  void deliver_refused();
  void finish(Place& place, resp::Reply reply, std::uint64_t begin);
  void on_pong(const Place& place);
  void note_server_error(resp::Reply reply);
  bool try_later(Place& place, resp::Reply reply, std::uint64_t begin);
  void end_delay(std::uint64_t id);
  void report_heard();

  void let_go(Place& place, Error error, std::uint64_t begin);
  void sweep();
  void sweep_by(TimePoint when);
  TimePoint sweep_places(TimePoint now);
  TimePoint sweep_queue(TimePoint now);

  TimePoint now() const noexcept;
  Error not_connected_error() const;

  IoThread& thread_;
  LinkOptions options_;
  const ConnectSettings& settings_;
  Connection connection_;
  Ring ring_;
  ByteQueue wire_{};
  std::uint64_t sent_offset_ = 0;  ///< what of wire_ the connection has taken
  std::deque<EncodedCall> queue_{};
  std::map<std::uint64_t, EncodedCall> later_{};  ///< each with a timer that queues it again
  std::uint64_t last_later_id_ = 0;
  std::size_t queued_bytes_ = 0;
  std::size_t user_places_count_ = 0;  ///< places that are no ping
  std::size_t waited_for_count_ = 0;   ///< places somebody waits for
  std::vector<Refused> refused_{};
  TimePoint heard_sent_at_{};
  TimePoint told_heard_at_{};
  TimePoint trouble_at_{};
  std::string trouble_{};
  std::optional<Duration> round_trip_{};
  TimePoint sweep_at_ = TimePoint::max();
  TimerId sweep_timer_{};
  bool is_flush_due_ = false;
  bool is_in_turn_ = false;  ///< bytes are being read: on_turn_end() follows
  bool is_overdue_ = false;
  // Posted tasks hold it weakly and find out that the link has gone.
  std::shared_ptr<Link*> self_ = std::make_shared<Link*>(this);
};

}  // namespace nacre::redis
