#include "redis/pubsub_connection.hpp"

#include <deque>
#include <future>
#include <string>
#include <utility>

#include "redis/byte_queue.hpp"
#include "resp/writer.hpp"

namespace nacre::redis {
namespace {

// Subscriptions that wait for their confirmation or to be written. One more is refused.
constexpr std::size_t max_pending = 65536;

struct Verb {
  ChannelKind kind;
  bool is_subscribe;
  std::string_view command;
  std::string_view confirmation;
};

constexpr Verb verbs[] = {
    {ChannelKind::channel, true, "SUBSCRIBE", "subscribe"},
    {ChannelKind::channel, false, "UNSUBSCRIBE", "unsubscribe"},
    {ChannelKind::pattern, true, "PSUBSCRIBE", "psubscribe"},
    {ChannelKind::pattern, false, "PUNSUBSCRIBE", "punsubscribe"},
    {ChannelKind::shard_channel, true, "SSUBSCRIBE", "ssubscribe"},
    {ChannelKind::shard_channel, false, "SUNSUBSCRIBE", "sunsubscribe"},
};

const Verb& verb_of(ChannelKind kind, bool is_subscribe) noexcept {
  for (const Verb& verb : verbs) {
    if (verb.kind == kind && verb.is_subscribe == is_subscribe) return verb;
  }
  return verbs[0];
}

const Verb* find_confirmed(std::string_view word) noexcept {
  for (const Verb& verb : verbs) {
    if (verb.confirmation == word) return &verb;
  }
  return nullptr;
}

/// What was asked and is not yet confirmed, in order. A ping has no verb.
struct Pending {
  const Verb* verb = nullptr;
  std::string channel{};
};

/// Loop thread only, but for construction.
class PubsubConnection final : public ConnectionUser,
                               public std::enable_shared_from_this<PubsubConnection> {
 public:
  PubsubConnection(IoThread& thread, ConnectionOptions options,
                   std::shared_ptr<SubscriptionListener> listener)
      : listener_(std::move(listener)), connection_(thread, std::move(options), *this) {}

  void start() { connection_.start(); }

  void close() {
    listener_.reset();
    connection_.close();
  }

  void ask(const Verb& verb, std::string channel) {
    if (!connection_.is_ready()) return;
    if (pending_.size() >= max_pending) {
      return listener_->on_refused(verb.kind, channel, "too many subscriptions at once");
    }
    const std::string_view words[] = {verb.command, channel};
    const std::size_t bytes = resp::command_bytes(words);
    resp::write_command(wire_.reserve(bytes), words);
    wire_.commit(bytes);
    pending_.push_back({.verb = &verb, .channel = std::move(channel)});
    flush();
  }

 private:
  void on_ready() override { listener_->on_ready(connection_.identity()); }

  bool on_reply(resp::Reply reply) override {
    if (connection_.hello().protocol == resp::Protocol::resp2 &&
        reply.type() == resp::Type::array) {
      if (reply[0].text() == "pong") return take_pending(nullptr);
      on_push(reply);
      return true;
    }
    if (!reply.is_error()) return take_pending(nullptr);
    if (pending_.empty()) return false;
    const Pending refused = std::move(pending_.front());
    pending_.pop_front();
    if (refused.verb != nullptr && listener_) {
      listener_->on_refused(refused.verb->kind, refused.channel, reply.text());
    }
    return true;
  }

  void on_push(resp::Reply push) override {
    if (!listener_) return;
    const std::string_view word = push[0].text();
    if (word == "message" || word == "smessage") {
      return listener_->on_message(push[1].text(), {}, push[2].text());
    }
    if (word == "pmessage") {
      return listener_->on_message(push[2].text(), push[1].text(), push[3].text());
    }
    const Verb* const verb = find_confirmed(word);
    if (verb == nullptr) return;
    const std::string channel(push[1].text());
    // What the server ends by itself, when a slot moves, answers nothing of ours.
    if (!pending_.empty() && pending_.front().verb == verb && pending_.front().channel == channel) {
      pending_.pop_front();
    }
    if (verb->is_subscribe) {
      listener_->on_subscribed(verb->kind, channel);
    } else {
      listener_->on_unsubscribed(verb->kind, channel);
    }
  }

  void on_turn_end() override { flush(); }

  void on_silence() override {
    constexpr std::string_view ping = "*1\r\n$4\r\nPING\r\n";
    std::copy(ping.begin(), ping.end(), wire_.reserve(ping.size()));
    wire_.commit(ping.size());
    pending_.push_back({});
    flush();
  }

  void on_lost(const std::string& reason) override {
    pending_.clear();
    wire_.drop_before(wire_.end_offset());
    if (listener_) listener_->on_lost(connection_.identity(), reason);
  }

  void on_changed() override {}

  bool take_pending(const Verb* verb) {
    if (pending_.empty() || pending_.front().verb != verb) return false;
    pending_.pop_front();
    return true;
  }

  void flush() {
    while (wire_.size() != 0) {
      const std::string_view rest = wire_.view(wire_.begin_offset(), wire_.end_offset());
      const std::size_t taken = connection_.write_some(rest);
      wire_.drop_before(wire_.begin_offset() + taken);
      if (taken < rest.size()) return;
    }
  }

  std::shared_ptr<SubscriptionListener> listener_;
  ByteQueue wire_{};
  std::deque<Pending> pending_{};
  Connection connection_;
};

class PubsubLink final : public SubscriptionLink {
 public:
  PubsubLink(IoThread& thread, ConnectionOptions options,
             std::shared_ptr<SubscriptionListener> listener)
      : thread_(thread),
        connection_(
            std::make_shared<PubsubConnection>(thread, std::move(options), std::move(listener))) {
    thread_.post([connection = connection_] { connection->start(); });
  }

  ~PubsubLink() override {
    if (thread_.is_current()) {
      connection_->close();
      // It may be what calls us.
      thread_.at_turn_end([connection = std::move(connection_)] {});
      return;
    }
    std::promise<void> closed;
    const bool is_posted = thread_.post([connection = std::move(connection_), &closed]() mutable {
      connection->close();
      connection.reset();
      closed.set_value();
    });
    if (is_posted) closed.get_future().wait();
  }

  void subscribe(ChannelKind kind, std::string_view channel) override { ask(kind, true, channel); }
  void unsubscribe(ChannelKind kind, std::string_view channel) override {
    ask(kind, false, channel);
  }

 private:
  void ask(ChannelKind kind, bool is_subscribe, std::string_view channel) {
    const Verb& verb = verb_of(kind, is_subscribe);
    thread_.post([connection = connection_, &verb, channel = std::string(channel)] {
      connection->ask(verb, channel);
    });
  }

  IoThread& thread_;
  std::shared_ptr<PubsubConnection> connection_;
};

}  // namespace

std::unique_ptr<SubscriptionLink> make_pubsub_connection(
    IoThread& thread, ConnectionOptions options, std::shared_ptr<SubscriptionListener> listener) {
  return std::make_unique<PubsubLink>(thread, std::move(options), std::move(listener));
}

}  // namespace nacre::redis
