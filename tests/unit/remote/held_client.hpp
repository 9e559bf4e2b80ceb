// A client whose commands wait until the test answers them, as the nodes the test names.
//
//   HeldClient client;
//   client.set_owner([](std::string_view key) { return redis::Owner{1, true}; });
//   ... hand it to a Wire, ask ...
//   EXPECT_EQ(client.answer("value"), "GET app:k ");
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "redis/client.hpp"

namespace nacre::remote {

/// One thread.
class HeldClient final : public redis::Client {
 public:
  void execute_all(std::span<redis::Call> calls) noexcept override {
    for (redis::Call& call : calls) {
      std::string line;
      for (const std::string_view word : call.request.arguments) line.append(word).append(" ");
      held_.emplace_back(std::move(line), std::move(call.handler));
    }
  }
  redis::ClientStatus status() const override { return {}; }
  redis::Owner owner_of(std::string_view key) const noexcept override { return owner_(key); }
  redis::Primaries primaries() const override { return primaries_; }
  std::unique_ptr<redis::SubscriptionLink> subscribe(
      const redis::Request&, std::shared_ptr<redis::SubscriptionListener>) override {
    return nullptr;
  }
  bool shutdown(Deadline) override { return true; }

  /// One ready node, number 1, unless told.
  void set_owner(std::function<redis::Owner(std::string_view)> owner) { owner_ = std::move(owner); }
  void set_primaries(redis::Primaries primaries) { primaries_ = std::move(primaries); }

  std::size_t held_count() const noexcept { return held_.size(); }

  /// Answers the oldest command with `text` and says which it was; empty: there is none.
  std::string answer(const std::string& text = "OK") {
    resp::Node node;
    node.type = resp::Type::bulk_string;
    node.size = static_cast<std::uint32_t>(text.size());
    return end(redis::ReplyHandler::Outcome(resp::Reply(&node, text.data())));
  }

  /// The same with an error.
  std::string fail(Errc code = Errc::command_timeout) {
    return end(redis::ReplyHandler::Outcome(Error(code, "failed")));
  }

 private:
  std::string end(const redis::ReplyHandler::Outcome& outcome) {
    if (held_.empty()) return {};
    auto [line, handler] = std::move(held_.front());
    held_.pop_front();
    handler(outcome, {});
    return line;
  }

  std::function<redis::Owner(std::string_view)> owner_ = [](std::string_view) {
    return redis::Owner{.number = 1, .is_ready = true};
  };
  redis::Primaries primaries_{.version = 1, .is_whole = true, .nodes = {"node"}};
  std::deque<std::pair<std::string, redis::ReplyHandler>> held_;
};

}  // namespace nacre::remote
