// Asking through a redis::Client and waiting for the answer, for tests.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/error.hpp"
#include "redis/client.hpp"
#include "support/resp_text.hpp"

namespace nacre::test {

/// What a handler was given, kept.
struct Answer {
  std::optional<Errc> error{};
  std::string text{};  ///< of the reply as to_text() writes it, or the message of the error
  std::string node{};
  std::uint64_t link_id = 0;
  bool is_tracking = false;
};

using PendingAnswer = std::shared_future<Answer>;

/// Sends `words`; `request` says the rest.
inline PendingAnswer send(redis::Client& client, const std::vector<std::string>& words,
                          redis::Request request = {}) {
  const auto promise = std::make_shared<std::promise<Answer>>();
  const std::vector<std::string_view> arguments(words.begin(), words.end());
  request.arguments = arguments;
  client.execute(std::move(request), [promise](const redis::ReplyHandler::Outcome& outcome,
                                               const redis::Answerer& answerer) {
    Answer answer;
    if (outcome) {
      answer.text = to_text(outcome.value());
    } else {
      answer.error = outcome.error().code();
      answer.text = outcome.error().message();
    }
    answer.node = answerer.link.node;
    answer.link_id = answerer.link.id;
    answer.is_tracking = answerer.link.is_tracking;
    promise->set_value(std::move(answer));
  });
  return promise->get_future().share();
}

inline Answer wait_for(const PendingAnswer& pending,
                       std::chrono::seconds timeout = std::chrono::seconds(20)) {
  if (pending.wait_for(timeout) != std::future_status::ready) {
    throw std::runtime_error("a handler was not called");
  }
  return pending.get();
}

/// Sends and waits.
inline Answer ask(redis::Client& client, const std::vector<std::string>& words,
                  redis::Request request = {}) {
  return wait_for(send(client, words, std::move(request)));
}

}  // namespace nacre::test
