#include "http/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "nacre/error.hpp"
#include "nacre/version.hpp"

namespace nacre {
namespace {

bool is_retryable_status(int status) {
  return status >= 502 && status <= 504;
}

bool has_header(const HeaderFields& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& field) { return field.first == name; });
}

}  // namespace

Exchange::Exchange(OriginClient& client, OriginRequest request, OriginAnswer answer)
    : client_(client),
      request_(std::move(request)),
      answer_(std::move(answer)),
      started_at_(client.loop_.clock().now()),
      plan_(client.options_, client.budget_, client.random_) {}

void Exchange::start() {
  client_.figures_.requests.add();
  client_.budget_.count_request(started_at_);
  if (request_.deadline.has_passed(started_at_)) return on_time_up();
  watch_caller();
  seek_place();
}

void Exchange::fail(OriginFailure failure, Error error) {
  if (phase_ == Phase::answered) return;
  last_reason_ = failure;
  answer(std::move(error));
}

void Exchange::watch_caller() {
  if (!request_.deadline.is_never()) {
    deadline_timer_ = client_.loop_.call_at(request_.deadline.when(),
                                            later([](Exchange& self) { self.on_time_up(); }));
  }
  if (!request_.stop.stop_possible()) return;
  // The caller stops on a thread of its own, maybe at this very moment.
  auto give_up = later([](Exchange& self) {
    self.fail(OriginFailure::cancelled,
              Error(Errc::load_failed, "the load was stopped: nobody waits for it any more"));
  });
  stop_callback_.emplace(request_.stop, [poster = client_.loop_.poster(),
                                         give_up = std::move(give_up)] { poster.post(give_up); });
}

void Exchange::seek_place() {
  phase_ = Phase::waiting;
  const auto [entry, ticket] = client_.places_.enter([&client = client_, weak = weak_from_this()] {
    const std::shared_ptr<Exchange> self = weak.lock();
    if (!self || self->phase_ == Phase::answered) return client.release_place();
    self->on_place();
  });
  switch (entry) {
    case PlaceQueue::Entry::entered:
      has_place_ = true;
      return begin_attempt(true);
    case PlaceQueue::Entry::queued:
      queue_ticket_ = ticket;
      return client_.show_figures();
    case PlaceQueue::Entry::refused:
      if (last_outcome_) return answer(std::move(*last_outcome_));
      return fail(OriginFailure::saturated,
                  Error(Errc::saturated,
                        fmt::format("{} requests wait for {} already; at most {} may",
                                    client_.places_.queued_count(), client_.address_.to_string(),
                                    client_.options_.max_queued),
                        {{"origin", client_.address_.to_string()}}));
  }
}

void Exchange::on_place() {
  queue_ticket_ = {};
  has_place_ = true;
  begin_attempt(true);
}

void Exchange::begin_attempt(bool may_reuse) {
  reader_ = std::make_unique<ResponseReader>(client_.options_.max_body_bytes);
  connection_ = may_reuse ? client_.take_idle() : nullptr;
  is_reused_ = connection_ != nullptr;
  client_.show_figures();
  if (is_reused_) return send();
  resolve();
}

void Exchange::resolve() {
  phase_ = Phase::resolving;
  resolver_ticket_ =
      client_.resolver_.resolve(later([](Exchange& self, const HostResolver::Answer& answer) {
        self.resolver_ticket_ = {};
        if (!answer.addresses.empty()) return self.connect(answer.addresses);
        self.end_attempt(
            {.reason = OriginFailure::unresolved, .trouble = answer.trouble, .is_retryable = true},
            std::nullopt);
      }));
}

void Exchange::connect(std::vector<std::string> addresses) {
  phase_ = Phase::connecting;
  connection_ = client_.make_connection();
  connection_->connect(std::move(addresses),
                       later([](Exchange& self, const ConnectionResult& result) {
                         if (result.fault == ConnectionFault::none) return self.send();
                         self.end_attempt(self.failure_of(result), std::nullopt);
                       }));
}

void Exchange::send() {
  phase_ = Phase::exchanging;
  connection_->exchange(
      request_bytes(), *reader_,
      later([](Exchange& self, const ConnectionResult& result) { self.on_exchanged(result); }));
}

void Exchange::on_exchanged(const ConnectionResult& result) {
  if (result.fault == ConnectionFault::none) return on_response(reader_->take_response());
  connection_.reset();
  // The peer closed a kept connection as we took it. It has not answered, and a GET may be asked
  // twice, so this is no retry: it waits for nothing and costs no budget.
  if (is_reused_ && !reader_->has_begun()) return begin_attempt(false);
  end_attempt(failure_of(result), std::nullopt);
}

void Exchange::on_response(OriginResponse response) {
  if (reader_->leaves_connection_clean()) {
    client_.keep(std::move(connection_));
  } else {
    connection_.reset();
  }
  if (!is_retryable_status(response.status)) return answer(std::move(response));
  end_attempt({.reason = OriginFailure::status, .is_retryable = true}, std::move(response));
}

void Exchange::end_attempt(const Failure& failure, std::optional<OriginResponse> response) {
  connection_.reset();
  leave_place();
  // A response is an answer: whoever asked counts its status.
  last_reason_ = response ? std::nullopt : std::optional(failure.reason);
  if (response) {
    last_outcome_.emplace(std::move(*response));
  } else {
    last_outcome_.emplace(error_of(failure));
  }
  if (failure.is_retryable && try_back_off()) return;
  answer(std::move(*last_outcome_));
}

bool Exchange::try_back_off() {
  const TimePoint now = client_.loop_.clock().now();
  const std::optional<Duration> delay = plan_.next_delay(now, request_.deadline);
  if (!delay) return false;
  phase_ = Phase::backing_off;
  client_.figures_.retries.add();
  retry_timer_ = client_.loop_.call_at(now + *delay, later([](Exchange& self) {
                                         self.retry_timer_.reset();
                                         self.seek_place();
                                       }));
  return true;
}

void Exchange::on_time_up() {
  static constexpr std::array<const char*, 5> phases{"waiting for a place", "resolving the host",
                                                     "connecting", "waiting for the answer",
                                                     "waiting before a retry"};
  const char* const phase = phases.at(static_cast<std::size_t>(phase_));
  const std::string origin = client_.address_.to_string();
  fail(OriginFailure::timeout,
       Error(Errc::load_timeout, fmt::format("{} gave no answer in time: {}", origin, phase),
             {{"origin", origin}, {"phase", phase}}));
}

void Exchange::answer(Outcome<OriginResponse> outcome) {
  phase_ = Phase::answered;
  // May wait for a caller that stops at this moment: it only posts.
  stop_callback_.reset();
  if (deadline_timer_) client_.loop_.cancel(*deadline_timer_);
  if (retry_timer_) client_.loop_.cancel(*retry_timer_);
  client_.resolver_.forget(resolver_ticket_);
  connection_.reset();
  leave_place();
  if (!outcome && last_reason_) client_.figures_.count_failure(*last_reason_);
  client_.figures_.latency.record(client_.loop_.clock().now() - started_at_);
  const OriginAnswer given = std::exchange(answer_, nullptr);
  client_.forget(*this);
  given(std::move(outcome));
}

void Exchange::leave_place() {
  if (queue_ticket_ != PlaceQueue::Ticket{}) client_.places_.withdraw(queue_ticket_);
  queue_ticket_ = {};
  if (std::exchange(has_place_, false)) client_.release_place();
  client_.show_figures();
}

Exchange::Failure Exchange::failure_of(const ConnectionResult& result) const {
  using Fault = ResponseReader::Fault;
  switch (result.fault) {
    case ConnectionFault::connect:
      return {.reason = OriginFailure::connect, .trouble = result.trouble, .is_retryable = true};
    case ConnectionFault::tls:
      return {.reason = OriginFailure::tls, .trouble = result.trouble};
    case ConnectionFault::response:
      if (reader_->fault() != Fault::cut_short) {
        const bool is_too_large = reader_->fault() == Fault::body_too_large;
        return {.reason = is_too_large ? OriginFailure::too_large : OriginFailure::malformed,
                .trouble = result.trouble};
      }
      [[fallthrough]];
    default:
      return {.reason = OriginFailure::reset, .trouble = result.trouble, .is_retryable = true};
  }
}

Error Exchange::error_of(const Failure& failure) const {
  const std::string origin = client_.address_.to_string();
  return Error(Errc::load_failed, fmt::format("{} could not be asked: {}", origin, failure.trouble),
               {{"origin", origin},
                {"reason", name_of(failure.reason)},
                {"retries", fmt::to_string(plan_.retry_count())}});
}

std::string Exchange::request_bytes() const {
  std::string bytes = fmt::format("GET {} HTTP/1.1\r\nhost: {}\r\naccept-encoding: identity\r\n",
                                  request_.target, client_.address_.host_header());
  if (!has_header(request_.headers, "accept")) bytes += "accept: */*\r\n";
  if (!has_header(request_.headers, "user-agent")) {
    bytes += fmt::format("user-agent: nacre/{}\r\n", version);
  }
  for (const auto& [name, value] : request_.headers) {
    bytes += fmt::format("{}: {}\r\n", name, value);
  }
  bytes += "\r\n";
  return bytes;
}

}  // namespace nacre
