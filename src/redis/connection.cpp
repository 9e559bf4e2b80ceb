#include "redis/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <utility>

#include "base/backoff.hpp"

namespace nacre::redis {
namespace {

std::uint64_t next_link_id() noexcept {
  // Only uniqueness counts; nothing is ordered by it.
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

Connection::Connection(IoThread& thread, ConnectionOptions options, ConnectionUser& user)
    : thread_(thread),
      options_(std::move(options)),
      user_(user),
      node_(options_.address.name()),
      reader_(options_.settings->limits) {
  identity_.node = node_;
  identity_.node_number = options_.node_number;
}

Connection::~Connection() {
  stop_timer();
}

void Connection::start() {
  dial();
}

void Connection::dial() {
  reader_.reset();
  handshake_.emplace(*options_.settings, options_.terms);
  handshake_sent_ = 0;
  TransportListener& listener = *this;
  transport_.emplace(thread_.context(), options_.address, options_.tls, listener);
  transport_->open();
  set_timer(thread_.clock().now() + options_.settings->connect_timeout, &Connection::on_tick);
}

void Connection::on_opened(const std::string& trouble) {
  if (!trouble.empty()) return lose(trouble, false);
  tell(EventKind::connect, "connected");
  write_handshake();
}

void Connection::write_handshake() {
  const std::string_view output = handshake_->output();
  handshake_sent_ += transport_->write_some(output.substr(handshake_sent_));
}

std::span<char> Connection::receive_room() {
  return reader_.prepare();
}

void Connection::on_received(std::size_t size) {
  heard_at_ = thread_.clock().coarse_now();
  is_heard_since_ping_ = true;
  reader_.commit(size);
  read_frames();
}

void Connection::read_frames() {
  const std::uint64_t epoch = *epoch_;
  try {
    for (;;) {
      switch (reader_.next()) {
        case resp::Step::need_more:
          if (is_ready()) user_.on_turn_end();
          return;
        case resp::Step::fault:
          return lose(fmt::format("the server does not speak RESP: {}", reader_.trouble()), false);
        case resp::Step::push:
          if (is_ready()) user_.on_push(reader_.frame());
          break;
        case resp::Step::reply:
          if (!take_reply()) return;
          break;
      }
      if (*epoch_ != epoch) return;
    }
  } catch (const std::bad_alloc&) {
    lose("there is no memory for a reply", false);
  }
}

bool Connection::take_reply() {
  if (!is_ready()) return take_handshake_reply();
  if (user_.on_reply(reader_.frame())) return true;
  lose("the server answered what was not asked", false);
  return false;
}

bool Connection::take_handshake_reply() {
  switch (handshake_->receive(reader_.frame())) {
    case Handshake::Step::go_on:
      return true;
    case Handshake::Step::send:
      handshake_sent_ = 0;
      write_handshake();
      return true;
    case Handshake::Step::ready:
      become_ready();
      return true;
    case Handshake::Step::refused:
      lose(handshake_->trouble(), true);
      return false;
    case Handshake::Step::failed:
      lose(handshake_->trouble(), false);
      return false;
  }
  return false;
}

void Connection::become_ready() {
  hello_ = handshake_->hello();
  handshake_.reset();
  identity_.id = next_link_id();
  identity_.is_tracking = hello_.is_tracking;
  state_ = LinkState::ready;
  ready_at_ = thread_.clock().now();
  heard_at_ = ready_at_;
  unanswered_pings_ = 0;
  is_heard_since_ping_ = true;
  is_last_tick_ = false;
  expect_bytes(options_.settings->heartbeat);
  user_.on_changed();
  user_.on_ready();
  tell(EventKind::ready, "ready");
}

std::size_t Connection::write_some(std::string_view bytes) {
  return is_ready() ? transport_->write_some(bytes) : 0;
}

void Connection::on_writable() {
  if (is_ready()) return user_.on_turn_end();
  if (handshake_) write_handshake();
}

void Connection::on_broken(const std::string& trouble) {
  lose(trouble, false);
}

void Connection::give_up(std::string reason) {
  thread_.at_turn_end(
      [this, epoch = *epoch_, weak = std::weak_ptr(epoch_), reason = std::move(reason)] {
        const auto now = weak.lock();
        if (now && *now == epoch) lose(reason, false);
      });
}

void Connection::close() {
  if (state_ == LinkState::closed) return;
  const bool was_ready = is_ready();
  ++*epoch_;
  stop_timer();
  if (transport_) transport_->close();
  state_ = LinkState::closed;
  if (was_ready) {
    user_.on_lost("closed by this client");
    tell(EventKind::close, "closed by this client");
  }
  user_.on_changed();
}

void Connection::lose(const std::string& reason, bool is_refusal) {
  const bool was_ready = is_ready();
  ++*epoch_;
  stop_timer();
  transport_->close();
  last_error_ = reason;
  state_ = options_.is_kept ? LinkState::reconnecting : LinkState::closed;
  const std::uint64_t epoch = *epoch_;
  tell(EventKind::error, reason);
  // First: who asks again when it hears of the loss must see that there is no connection.
  user_.on_changed();
  if (was_ready) user_.on_lost(reason);
  tell(EventKind::close, reason);
  if (epoch != *epoch_ || !options_.is_kept) return;
  if (was_ready && thread_.clock().now() - ready_at_ >= options_.settings->reconnect_reset_after) {
    last_delay_ = Duration::zero();
  }
  dial_later(is_refusal);
}

void Connection::dial_later(bool is_refusal) {
  const ConnectSettings& settings = *options_.settings;
  last_delay_ =
      decorrelated_delay({.initial = settings.reconnect_min, .max = settings.reconnect_max},
                         last_delay_, thread_.random());
  const Duration delay =
      is_refusal ? std::max(last_delay_, settings.reconnect_refused_min) : last_delay_;
  tell(EventKind::reconnecting, last_error_, delay);
  set_timer(thread_.clock().now() + delay, &Connection::dial);
}

void Connection::expect_bytes(Duration within) {
  set_timer(thread_.clock().now() + within, &Connection::on_tick);
}

// While dialling: the time for that is over. While ready: a heartbeat has passed.
void Connection::on_tick() {
  if (!is_ready()) return lose("no answer within the connect timeout", false);
  if (!options_.has_heartbeat) return;
  const Duration heartbeat = options_.settings->heartbeat;
  const TimePoint now = thread_.clock().now();
  if (is_heard_since_ping_) {
    unanswered_pings_ = 0;
    is_last_tick_ = false;
    if (const Duration quiet = now - heard_at_; quiet < heartbeat) {
      return expect_bytes(heartbeat - quiet);
    }
  } else if (is_last_tick_) {
    return lose("the server has fallen silent", false);
  }
  ++unanswered_pings_;
  is_heard_since_ping_ = false;
  is_last_tick_ = unanswered_pings_ >= options_.settings->heartbeat_misses;
  // The last one is given three quarters, so that all of it takes less than misses + 1 heartbeats.
  expect_bytes(is_last_tick_ ? heartbeat * 3 / 4 : heartbeat);
  user_.on_silence();
}

void Connection::set_timer(TimePoint when, void (Connection::*task)()) {
  stop_timer();
  timer_ = thread_.call_at(when, [this, task, epoch = *epoch_, weak = std::weak_ptr(epoch_)] {
    const auto now = weak.lock();
    if (now && *now == epoch) (this->*task)();
  });
}

void Connection::stop_timer() {
  if (timer_ != TimerId{}) thread_.cancel(std::exchange(timer_, TimerId{}));
}

void Connection::tell(EventKind kind, std::string_view text, Duration delay) {
  if (options_.on_event) {
    options_.on_event({.kind = kind, .node = node_, .text = text, .delay = delay});
  }
}

}  // namespace nacre::redis
