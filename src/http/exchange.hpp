// One request to an origin from its start to its answer: a state machine on the loop's thread.
//
//   waiting -> resolving -> connecting -> exchanging -> answered
//      ^            (a kept connection goes straight to exchanging)
//      +---- backing off <--- failed attempt
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "http/origin_client.hpp"

namespace nacre {

/// Loop thread only. Owned by its client until it has answered; every callback it leaves behind
/// holds it weakly and does nothing after the answer.
class Exchange final : public std::enable_shared_from_this<Exchange> {
 public:
  /// `client` must outlive the answer.
  Exchange(OriginClient& client, OriginRequest request, OriginAnswer answer);

  void start();

  /// Answers with an error, unless it has been answered.
  void fail(OriginFailure failure, Error error);

 private:
  enum class Phase : std::uint8_t {
    waiting,
    resolving,
    connecting,
    exchanging,
    backing_off,
    answered
  };

  /// How an attempt ended without an answer for the caller.
  struct Failure {
    OriginFailure reason{};
    std::string trouble{};
    bool is_retryable = false;
  };

  void watch_caller();
  void seek_place();
  void on_place();
  void begin_attempt(bool may_reuse);
  void resolve();
  void connect(std::vector<std::string> addresses);
  void send();
  void on_exchanged(const ConnectionResult& result);
  void on_response(OriginResponse response);
  void end_attempt(const Failure& failure, std::optional<OriginResponse> response);
  bool try_back_off();
  void on_time_up();
  void answer(Outcome<OriginResponse> outcome);
  void leave_place();

  Failure failure_of(const ConnectionResult& result) const;
  Error error_of(const Failure& failure) const;
  std::string request_bytes() const;

  /// `step` of this exchange, for whoever calls back later: nothing once it has been answered.
  template <class Step>
  auto later(Step step) {
    return [weak = weak_from_this(), step = std::move(step)](auto&&... arguments) {
      const std::shared_ptr<Exchange> self = weak.lock();
      if (self && self->phase_ != Phase::answered) {
        step(*self, std::forward<decltype(arguments)>(arguments)...);
      }
    };
  }

  OriginClient& client_;
  OriginRequest request_;
  OriginAnswer answer_;
  TimePoint started_at_;
  RetryPlan plan_;
  Phase phase_ = Phase::waiting;
  PlaceQueue::Ticket queue_ticket_{};
  HostResolver::Ticket resolver_ticket_{};
  bool has_place_ = false;
  bool is_reused_ = false;
  std::optional<TimerId> deadline_timer_;
  std::optional<TimerId> retry_timer_;
  std::optional<Outcome<OriginResponse>> last_outcome_;  // of a failed attempt, while retrying
  std::optional<OriginFailure> last_reason_;
  std::unique_ptr<ResponseReader> reader_;
  std::unique_ptr<OriginConnection> connection_;  // dies before the reader it feeds
  std::optional<std::stop_callback<std::function<void()>>> stop_callback_;
};

}  // namespace nacre
