#include "redis/link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "redis/server_error.hpp"
#include "resp/writer.hpp"

namespace nacre::redis {
namespace {

// Places for pings beside those for commands: a full ring does not hide a dead server.
constexpr std::size_t ping_places = 8;
// A reply that is late by this factor tells that the link no longer works.
constexpr int overdue_factor = 4;
// How often one call is written at most, each time on a new connection.
constexpr std::uint8_t max_sent_count = 3;
// The coherence above wants the cut to within its lag, not each reply.
constexpr Duration heard_step = std::chrono::milliseconds(50);
// How long one refused command makes the health degraded.
constexpr Duration trouble_lasts = std::chrono::seconds(5);
constexpr Duration transient_delay = std::chrono::milliseconds(100);
constexpr Duration sweep_step = std::chrono::milliseconds(1);

constexpr std::string_view ping = "*1\r\n$4\r\nPING\r\n";

bool is_trouble(ServerError error) noexcept {
  switch (error) {
    case ServerError::busy:
    case ServerError::cluster_down:
    case ServerError::loading:
    case ServerError::master_down:
    case ServerError::misconf:
    case ServerError::no_auth:
    case ServerError::no_replicas:
    case ServerError::out_of_memory:
    case ServerError::read_only:
      return true;
    default:
      return false;
  }
}

Error timeout_error(bool is_cancelled, std::string_view rest) {
  return {Errc::command_timeout,
          fmt::format("{}; {}", is_cancelled ? "given up by its caller" : "the deadline has passed",
                      rest)};
}

constexpr std::string_view outcome_unknown = "whether it was executed is unknown";
constexpr std::string_view never_written = "it was never written";

}  // namespace

Link::Link(IoThread& thread, LinkOptions options)
    : thread_(thread),
      options_(std::move(options)),
      settings_(*options_.connection.settings),
      connection_(thread, options_.connection, static_cast<ConnectionUser&>(*this)),
      ring_(options_.max_in_flight + ping_places) {}

Link::~Link() {
  if (sweep_timer_ != TimerId{}) thread_.cancel(sweep_timer_);
}

TimePoint Link::now() const noexcept {
  return is_in_turn_ ? connection_.heard_at() : thread_.clock().coarse_now();
}

bool Link::has_room() const noexcept {
  return connection_.is_ready() && user_places_count_ < options_.max_in_flight &&
         (wire_.size() < settings_.max_in_flight_bytes || user_places_count_ == 0);
}

void Link::execute(Call& call) noexcept {
  try {
    if (queue_.empty() && has_room() && call.request.encoded.empty() && try_write(call)) return;
    if (std::optional<Error> fault = find_fault(call.request, settings_)) {
      return refuse(std::move(call.handler), *std::move(fault));
    }
    queue(encode(call, settings_, now()));
  } catch (const std::bad_alloc&) {
    refuse(std::move(call.handler), Error(Errc::saturated, "no memory; it was never written"));
  }
}

// The common path: encoded straight into what the socket is given.
bool Link::try_write(Call& call) {
  const Request& request = call.request;
  const std::size_t bytes = resp::command_bytes(request.arguments);
  if (request.arguments.empty() || bytes > settings_.max_queued_bytes) return false;
  const TimePoint at = now();
  char* const room = wire_.reserve(bytes);
  ring_.allocate();
  resp::write_command(room, request.arguments);
  Place& place = take_place(bytes, at, deadline_of(request, settings_, at));
  place.handler = std::move(call.handler);
  place.is_idempotent = request.is_idempotent;
  if (request.cancellation) watch(place, std::move(call.request.cancellation));
  flush_at_turn_end();
  return true;
}

Place& Link::take_place(std::size_t bytes, TimePoint at, TimePoint deadline) {
  Place& place = ring_.push();
  wire_.commit(bytes);
  place.end_offset = wire_.end_offset();
  place.sent_at = at;
  place.deadline = deadline;
  place.is_waited_for = true;
  place.is_ping = false;
  place.is_idempotent = false;
  place.sent_count = 1;
  ++user_places_count_;
  ++waited_for_count_;
  if (deadline < sweep_at_) sweep_by(deadline);
  return place;
}

void Link::watch(Place& place, std::shared_ptr<Cancellation> cancellation) {
  place.cancellation = std::move(cancellation);
  place.cancellation->on_cancel(sweep_soon());
}

std::function<void()> Link::sweep_soon() {
  return [&thread = thread_, weak = std::weak_ptr(self_)] {
    thread.post([weak] {
      if (const std::shared_ptr<Link*> self = weak.lock()) (*self)->sweep();
    });
  };
}

void Link::execute(EncodedCall&& call) noexcept {
  try {
    queue(std::move(call));
  } catch (const std::bad_alloc&) {
    refuse(std::move(call.handler), Error(Errc::saturated, "no memory; it was never written"));
  }
}

void Link::queue(EncodedCall&& call) {
  if (connection_.state() == LinkState::closed) {
    return refuse(std::move(call.handler), not_connected_error(), std::move(call.bytes));
  }
  if (queue_.size() >= settings_.max_queued ||
      queued_bytes_ + call.bytes.size() > settings_.max_queued_bytes) {
    return refuse(
        std::move(call.handler),
        Error(Errc::saturated, "the queue of the Redis link is full; it was never written"),
        std::move(call.bytes));
  }
  const TimePoint deadline = call.deadline;
  const std::shared_ptr<Cancellation> cancellation = call.cancellation;
  queued_bytes_ += call.bytes.size();
  queue_.push_back(std::move(call));
  if (cancellation) cancellation->on_cancel(sweep_soon());
  if (deadline < sweep_at_) sweep_by(deadline);
  flush_at_turn_end();
}

void Link::refuse(ReplyHandler handler, Error error, std::string command) {
  refused_.push_back({std::move(handler), std::move(error), std::move(command)});
  if (refused_.size() > 1) return;
  thread_.at_turn_end([weak = std::weak_ptr(self_)] {
    if (const std::shared_ptr<Link*> self = weak.lock()) (*self)->deliver_refused();
  });
}

void Link::deliver_refused() {
  std::vector<Refused> refused;
  refused.swap(refused_);
  for (Refused& one : refused) {
    one.handler(ReplyHandler::Outcome(std::move(one.error)),
                {.link = {.node = identity().node}, .command = one.command});
  }
}

void Link::admit_queued() {
  while (!queue_.empty() && has_room()) {
    EncodedCall& call = queue_.front();
    const std::size_t bytes = call.bytes.size();
    std::memcpy(wire_.reserve(bytes), call.bytes.data(), bytes);
    ring_.allocate();
    Place& place = take_place(bytes, now(), call.deadline);
    place.handler = std::move(call.handler);
    place.cancellation = std::move(call.cancellation);
    place.is_idempotent = call.is_idempotent;
    place.sent_count = static_cast<std::uint8_t>(call.sent_count + 1);
    queued_bytes_ -= bytes;
    queue_.pop_front();
  }
}

void Link::flush_at_turn_end() {
  if (is_in_turn_ || is_flush_due_ || !connection_.is_ready()) return;
  is_flush_due_ = true;
  thread_.at_turn_end([weak = std::weak_ptr(self_)] {
    const std::shared_ptr<Link*> self = weak.lock();
    if (!self) return;
    (*self)->is_flush_due_ = false;
    (*self)->flush();
  });
}

void Link::flush() {
  if (!connection_.is_ready()) return;
  try {
    admit_queued();
  } catch (const std::bad_alloc&) {
    connection_.give_up("no memory for a command");
  }
  while (sent_offset_ < wire_.end_offset()) {
    const std::string_view rest = wire_.view(sent_offset_, wire_.end_offset());
    const std::size_t taken = connection_.write_some(rest);
    sent_offset_ += taken;
    if (taken < rest.size()) return;
  }
}

void Link::on_ready() {
  if (options_.observer) options_.observer->on_link_ready(identity());
  flush();
}

void Link::on_turn_end() {
  is_in_turn_ = false;
  report_heard();
  flush();
  if (options_.on_idle && is_idle()) options_.on_idle();
}

bool Link::on_reply(resp::Reply reply) {
  is_in_turn_ = true;
  // A reply to what was not asked, or not sent yet: the stream is not what we think it is.
  if (ring_.empty() || ring_.front().end_offset > sent_offset_) return false;
  Place& place = ring_.front();
  heard_sent_at_ = place.sent_at;
  if (reply.is_error()) [[unlikely]]
    note_server_error(reply);
  const std::uint64_t end = place.end_offset;
  if (place.is_ping) {
    on_pong(place);
  } else {
    const std::uint64_t begin = wire_.begin_offset();
    if (place.is_waited_for && !(reply.is_error() && try_later(place, reply, begin))) {
      finish(place, reply, begin);
    }
    --user_places_count_;
  }
  ring_.pop_front();
  wire_.drop_before(end);
  return true;
}

// The handler may call execute(): that adds places behind this one and may move the bytes.
void Link::finish(Place& place, resp::Reply reply, std::uint64_t begin) {
  --waited_for_count_;
  if (place.cancellation) place.cancellation.reset();
  ReplyHandler handler = std::move(place.handler);
  const ReplyHandler::Outcome outcome(reply);
  handler(outcome, {.link = identity(), .command = wire_.view(begin, place.end_offset)});
}

void Link::on_push(resp::Reply push) {
  is_in_turn_ = true;
  if (options_.observer && push.size() >= 2 && push[0].text() == "invalidate") {
    options_.observer->on_invalidated(identity(), push[1]);
  }
}

void Link::on_silence() {
  if (ring_.is_full()) return;
  try {
    std::memcpy(wire_.reserve(ping.size()), ping.data(), ping.size());
    ring_.allocate();
  } catch (const std::bad_alloc&) {
    return connection_.give_up("no memory for a heartbeat");
  }
  const TimePoint at = thread_.clock().now();
  Place& place = take_place(ping.size(), at, TimePoint::max());
  --user_places_count_;
  --waited_for_count_;
  place.is_ping = true;
  place.is_waited_for = false;
  flush();
}

void Link::on_pong(const Place& place) {
  const TimePoint at = thread_.clock().now();
  round_trip_ = at - place.sent_at;
  told_heard_at_ = place.sent_at;
  if (options_.observer) options_.observer->on_heard(identity(), place.sent_at);
  on_changed();
}

void Link::report_heard() {
  if (!options_.observer || heard_sent_at_ - told_heard_at_ < heard_step) return;
  told_heard_at_ = heard_sent_at_;
  options_.observer->on_heard(identity(), heard_sent_at_);
}

void Link::note_server_error(resp::Reply reply) {
  const ServerError error = server_error_of(reply.text());
  if (!is_trouble(error)) return;
  trouble_at_ = thread_.clock().now();
  trouble_ = error_from(reply).message();
  if (error == ServerError::no_auth) connection_.give_up(trouble_);
  on_changed();
}

// The server has executed nothing and says that it may soon.
bool Link::try_later(Place& place, resp::Reply reply, std::uint64_t begin) {
  if (!options_.is_transient_retried || !is_transient(server_error_of(reply.text()))) return false;
  const TimePoint when = thread_.clock().now() + transient_delay +
                         Duration(below(thread_.random(), transient_delay.count() / 2));
  if (when >= place.deadline) return false;
  --waited_for_count_;
  EncodedCall& call = later_[++last_later_id_];
  call.bytes = wire_.view(begin, place.end_offset);
  call.handler = std::move(place.handler);
  call.deadline = place.deadline;
  call.cancellation = std::move(place.cancellation);
  call.is_idempotent = place.is_idempotent;
  thread_.call_at(when, [weak = std::weak_ptr(self_), id = last_later_id_] {
    if (const std::shared_ptr<Link*> self = weak.lock()) (*self)->end_delay(id);
  });
  return true;
}

void Link::end_delay(std::uint64_t id) {
  const auto found = later_.find(id);
  if (found == later_.end()) return;
  EncodedCall call = std::move(found->second);
  later_.erase(found);
  execute(std::move(call));
}

void Link::on_lost(const std::string& reason) {
  is_in_turn_ = false;
  is_overdue_ = false;
  const LinkIdentity lost = identity();
  if (options_.observer) options_.observer->on_link_lost(lost);
  std::vector<Refused> unknown;
  std::deque<EncodedCall> again;
  std::uint64_t begin = wire_.begin_offset();
  const bool is_closed = connection_.state() == LinkState::closed;
  for (; !ring_.empty(); ring_.pop_front()) {
    Place& place = ring_.front();
    const std::string_view command = wire_.view(begin, place.end_offset);
    const bool is_unwritten = begin >= sent_offset_;
    begin = place.end_offset;
    if (!place.is_waited_for) continue;
    const bool is_repeatable =
        is_unwritten || (place.is_idempotent && place.sent_count < max_sent_count);
    if (is_repeatable && !is_closed) {
      EncodedCall& call = again.emplace_back();
      call.bytes = command;
      call.handler = std::move(place.handler);
      call.deadline = place.deadline;
      call.cancellation = std::move(place.cancellation);
      call.is_idempotent = place.is_idempotent;
      call.sent_count = static_cast<std::uint8_t>(place.sent_count - (is_unwritten ? 1 : 0));
      queued_bytes_ += call.bytes.size();
      continue;
    }
    place.cancellation.reset();
    unknown.push_back(
        {std::move(place.handler),
         is_unwritten
             ? Error(Errc::connection_failed,
                     fmt::format("connection to {} lost: {}; {}", lost.node, reason, never_written))
             : Error(Errc::connection_lost, fmt::format("connection to {} lost: {}; {}", lost.node,
                                                        reason, outcome_unknown)),
         std::string(command)});
  }
  user_places_count_ = waited_for_count_ = 0;
  wire_.drop_before(wire_.end_offset());
  sent_offset_ = wire_.end_offset();
  queue_.insert(queue_.begin(), std::make_move_iterator(again.begin()),
                std::make_move_iterator(again.end()));
  for (Refused& one : unknown) {
    one.handler(ReplyHandler::Outcome(std::move(one.error)),
                {.link = lost, .command = one.command});
  }
}

void Link::on_changed() {
  if (options_.on_changed) options_.on_changed();
}

void Link::close() {
  connection_.close();
  std::deque<EncodedCall> left;
  left.swap(queue_);
  for (auto& [id, call] : later_) left.push_back(std::move(call));
  later_.clear();
  queued_bytes_ = 0;
  for (EncodedCall& call : left) {
    refuse(std::move(call.handler), not_connected_error(), std::move(call.bytes));
  }
  deliver_refused();
}

Error Link::not_connected_error() const {
  const std::string& reason = connection_.last_error();
  const bool is_closed = connection_.state() == LinkState::closed;
  return {Errc::connection_failed, fmt::format("no connection to {}: {}; {}", identity().node,
                                               is_closed        ? "closed"
                                               : reason.empty() ? "still connecting"
                                                                : reason,
                                               never_written)};
}

// The waiter goes; the place stays until its reply has come, which has a time of its own.
void Link::let_go(Place& place, Error error, std::uint64_t begin) {
  place.is_waited_for = false;
  --waited_for_count_;
  place.cancellation.reset();
  const Duration allowed = std::max(settings_.command_timeout, place.deadline - place.sent_at);
  place.deadline = allowed > (TimePoint::max() - place.sent_at) / overdue_factor
                       ? TimePoint::max()
                       : place.sent_at + overdue_factor * allowed;
  if (options_.is_given_up_on_timeout) connection_.give_up("nobody waits for the reply any more");
  ReplyHandler handler = std::move(place.handler);
  const std::string command(wire_.view(begin, place.end_offset));
  handler(ReplyHandler::Outcome(std::move(error)), {.link = identity(), .command = command});
}

void Link::sweep_by(TimePoint when) {
  sweep_at_ = when;
  if (sweep_timer_ != TimerId{}) thread_.cancel(sweep_timer_);
  sweep_timer_ = thread_.call_at(when, [weak = std::weak_ptr(self_)] {
    if (const std::shared_ptr<Link*> self = weak.lock()) (*self)->sweep();
  });
}

// One pass over all that waits. It runs when something may be due, which with deadlines alike is
// once a timeout, not once a command; at most every millisecond.
void Link::sweep() {
  const TimePoint at = thread_.clock().now();
  sweep_at_ = TimePoint::max();
  const TimePoint next = std::min(sweep_places(at), sweep_queue(at));
  if (next < sweep_at_) sweep_by(std::max(next, at + sweep_step));
  if (!trouble_.empty()) on_changed();
  if (options_.on_idle && is_idle()) options_.on_idle();
}

TimePoint Link::sweep_places(TimePoint at) {
  TimePoint next = TimePoint::max();
  std::uint64_t begin = wire_.begin_offset();
  // A handler may add places: those are not due and watch their deadline themselves.
  const std::size_t count = ring_.size();
  for (std::size_t index = 0; index < count; ++index) {
    Place& place = ring_[index];
    const bool is_cancelled = place.cancellation && place.cancellation->is_cancelled();
    if (place.is_waited_for && (is_cancelled || place.deadline <= at)) {
      const bool is_unwritten = begin >= sent_offset_;
      let_go(place, timeout_error(is_cancelled, is_unwritten ? never_written : outcome_unknown),
             begin);
    } else if (!place.is_waited_for && place.deadline <= at && !is_overdue_) {
      is_overdue_ = true;
      connection_.give_up("a reply is overdue");
    }
    begin = place.end_offset;
    if (place.deadline > at) next = std::min(next, place.deadline);
  }
  return next;
}

TimePoint Link::sweep_queue(TimePoint at) {
  TimePoint next = TimePoint::max();
  std::vector<Refused> gone;
  const auto is_gone = [&](EncodedCall& call) {
    const bool is_cancelled = call.cancellation && call.cancellation->is_cancelled();
    if (!is_cancelled && call.deadline > at) {
      next = std::min(next, call.deadline);
      return false;
    }
    queued_bytes_ -= call.bytes.size();
    const bool is_unwritten = call.sent_count == 0;
    gone.push_back(
        {std::move(call.handler),
         is_cancelled || connection_.is_ready() || !is_unwritten
             ? timeout_error(is_cancelled, is_unwritten ? never_written : outcome_unknown)
             : not_connected_error(),
         std::move(call.bytes)});
    return true;
  };
  queue_.erase(std::remove_if(queue_.begin(), queue_.end(), is_gone), queue_.end());
  for (Refused& one : gone) {
    one.handler(ReplyHandler::Outcome(std::move(one.error)),
                {.link = {.node = identity().node}, .command = one.command});
  }
  return next;
}

LinkReport Link::report() const {
  const bool has_trouble = !trouble_.empty() && thread_.clock().now() - trouble_at_ < trouble_lasts;
  LinkReport report;
  report.state = connection_.state();
  report.health = !connection_.is_ready() ? Health::down
                  : has_trouble           ? Health::degraded
                                          : Health::up;
  report.role = connection_.hello().role;
  report.is_tracking = connection_.is_ready() && connection_.hello().is_tracking;
  report.version = connection_.hello().version;
  report.last_error =
      has_trouble || connection_.last_error().empty() ? trouble_ : connection_.last_error();
  report.round_trip = round_trip_;
  return report;
}

}  // namespace nacre::redis
