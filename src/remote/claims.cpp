#include "remote/claims.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "remote/held_claim.hpp"
#include "remote/names.hpp"
#include "remote/value_read.hpp"
#include "tier/freshness.hpp"

namespace nacre::remote {
namespace {

// Who was not told of the end of a lease asks this much after it, spread, so that not all who wait
// ask at once.
constexpr Duration longest_jitter = std::chrono::milliseconds(50);
// Without pushes the lag is this much; each of who waits costs a batch of five commands for it.
constexpr Duration poll_step = std::chrono::milliseconds(50);
// A lease without an end is not one of ours; it is looked at like this.
constexpr Duration endless_step = std::chrono::seconds(1);

}  // namespace

/// One claim until it is answered. One batch of commands at a time; what their handlers write is
/// read by the last of them, before the next batch begins.
class ClaimWait final : public Wakeable, public std::enable_shared_from_this<ClaimWait> {
 public:
  ClaimWait(const ClaimTerms& terms, const KeyView& key, ClaimRequest request, ClaimDone done)
      : terms_(terms),
        parts_(*terms_.parts),
        wire_(parts_.wire),
        read_(wire_, key),
        lease_(lease_name(key.space->name, key.text)),
        token_(wire_.new_token()),
        request_(std::move(request)),
        done_(std::move(done)) {}

  void start();
  void wake() override;
  void finish(ClaimReply reply);

 private:
  enum class Phase : std::uint8_t { asking, waiting, done };

  void ask();
  Deadline answer_deadline() const;
  std::vector<redis::Call> calls_of_batch(std::span<const std::string_view> words,
                                          Deadline deadline);
  void take_lease(const redis::ReplyHandler::Outcome& outcome, const redis::Answerer& answerer);
  void gather_marks();
  void decide(const std::optional<std::vector<NearMark>>& marks);
  void grant(std::span<const NearMark> marks);
  void wait();
  void on_timer();
  void skip();

  const ClaimTerms terms_;
  Parts& parts_;
  Wire& wire_;
  ValueRead read_;
  const std::string lease_;
  const std::string token_;
  const ClaimRequest request_;
  ClaimDone done_;
  std::optional<std::stop_callback<std::function<void()>>> stop_{};

  // Of the present batch.
  Pass pass_{};
  bool was_refused_ = false;  ///< the server would not take the lease, whoever has it
  bool is_tracked_ = false;
  std::int64_t lease_left_ms_ = no_key_ttl;
  std::string holder_{};  ///< what the lease holds; empty: there is none
  std::size_t value_marks_count_ = 0;

  Mutex mutex_;
  Phase phase_ NACRE_GUARDED_BY(mutex_) = Phase::asking;
  bool has_changed_ NACRE_GUARDED_BY(mutex_) = false;  ///< told while it was asked
  TimerId timer_ NACRE_GUARDED_BY(mutex_){};
};

void ClaimWait::start() {
  terms_.waiters->add(read_.name(), shared_from_this());
  if (request_.stop.stop_possible()) {
    stop_.emplace(request_.stop, [weak = weak_from_this()] {
      if (const std::shared_ptr<ClaimWait> self = weak.lock()) self->skip();
    });
  }
  ask();
}

void ClaimWait::skip() {
  finish({});
}

void ClaimWait::finish(ClaimReply reply) {
  {
    MutexLock lock(mutex_);
    if (phase_ == Phase::done) return;  // a claim in `reply` gives its lease back
    phase_ = Phase::done;
    wire_.clock().cancel(timer_);
  }
  terms_.waiters->remove(read_.name(), this);
  const ClaimDone done = std::move(done_);
  done(std::move(reply));
}

void ClaimWait::wake() {
  {
    MutexLock lock(mutex_);
    has_changed_ = true;
    if (phase_ != Phase::waiting) return;
    phase_ = Phase::asking;
    wire_.clock().cancel(timer_);
  }
  ask();
}

Deadline ClaimWait::answer_deadline() const {
  if (request_.tier_timeout <= Duration::zero()) return request_.deadline;
  return std::min(request_.deadline, Deadline::after(wire_.clock(), request_.tier_timeout));
}

void ClaimWait::ask() {
  {
    MutexLock lock(mutex_);
    if (phase_ == Phase::done) return;
    has_changed_ = false;
  }
  if (!parts_.trust.is_given(read_.key()) || request_.deadline.has_passed(wire_.now())) {
    return skip();
  }
  pass_ = wire_.try_pass(read_.name());
  if (!pass_) return skip();
  was_refused_ = false;
  lease_left_ms_ = no_key_ttl;
  holder_.clear();
  read_.begin();
  const auto length = std::chrono::duration_cast<std::chrono::milliseconds>(wire_.options().lease);
  const std::string ms = std::to_string(length.count());
  const std::string_view words[] = {"SET", lease_, token_, "NX", "PX", ms};
  std::vector<redis::Call> calls = calls_of_batch(words, answer_deadline());
  const std::string_view value_left[] = {"PTTL", read_.name()};
  const std::string_view value[] = {"GET", read_.name()};
  const std::string_view lease_left[] = {"PTTL", lease_};
  const std::string_view lease[] = {"GET", lease_};
  calls[1].request.arguments = value_left;
  calls[2].request.arguments = value;
  calls[3].request.arguments = lease_left;
  calls[4].request.arguments = lease;
  wire_.client().execute_all(calls);
}

// The order leaves no gap: whatever ends the other's load after these reads is told.
std::vector<redis::Call> ClaimWait::calls_of_batch(std::span<const std::string_view> words,
                                                   Deadline deadline) {
  std::vector<redis::Call> calls(5);
  for (redis::Call& call : calls) {
    call.request = {.key = read_.name(), .deadline = deadline, .is_idempotent = true};
  }
  const auto self = shared_from_this();
  calls[0].request.arguments = words;
  calls[0].handler = [self](const redis::ReplyHandler::Outcome& outcome, const redis::Answerer&) {
    self->was_refused_ = !is_answer(outcome);
  };
  calls[1].handler = [self](const redis::ReplyHandler::Outcome& outcome,
                            const redis::Answerer& answerer) {
    self->read_.take_left(outcome, answerer);
  };
  calls[2].handler = [self](const redis::ReplyHandler::Outcome& outcome,
                            const redis::Answerer& answerer) {
    self->read_.take_value(outcome, answerer);
  };
  calls[3].handler = [self](const redis::ReplyHandler::Outcome& outcome, const redis::Answerer&) {
    if (is_answer(outcome)) self->lease_left_ms_ = outcome.value().integer();
  };
  calls[4].handler = [self](const redis::ReplyHandler::Outcome& outcome,
                            const redis::Answerer& answerer) {
    self->take_lease(outcome, answerer);
  };
  return calls;
}

void ClaimWait::take_lease(const redis::ReplyHandler::Outcome& outcome,
                           const redis::Answerer& answerer) {
  wire_.settle(pass_, outcome);
  if (!is_answer(outcome)) {
    // It may have been granted all the same.
    release_lease(wire_, read_.key(), token_);
    return skip();
  }
  is_tracked_ = answerer.link.is_tracking;
  holder_ = outcome.value().text();
  gather_marks();
}

void ClaimWait::gather_marks() {
  std::vector<std::string> names =
      request_.is_reload ? std::vector<std::string>() : read_.mark_names();
  value_marks_count_ = names.size();
  // Those of the load, before it begins.
  if (holder_ == token_ && !wire_.options().is_raw) {
    std::vector<std::string> own = mark_names(read_.key().space->name, request_.tags);
    names.insert(names.end(), std::make_move_iterator(own.begin()),
                 std::make_move_iterator(own.end()));
  }
  if (names.empty()) return decide(std::vector<NearMark>());
  parts_.marks.find_all(
      names, answer_deadline(),
      [self = shared_from_this()](const std::optional<std::vector<NearMark>>& marks) {
        self->decide(marks);
      });
}

void ClaimWait::decide(const std::optional<std::vector<NearMark>>& marks) {
  const bool is_granted = holder_ == token_;
  if (!marks) {
    if (is_granted) release_lease(wire_, read_.key(), token_);
    return skip();
  }
  if (!request_.is_reload) {
    SharedReply value = read_.judge(std::span(*marks).first(value_marks_count_));
    const bool is_fresh = value.state == TierReply::State::found &&
                          freshness_of(value.entry.lifetime, wire_.now()) == Freshness::fresh;
    const bool is_unsure = value.state == TierReply::State::skipped ||
                           !parts_.trust.is_given(read_.key(), value.entry.notes.get());
    if (is_fresh || is_unsure) {
      if (is_granted) release_lease(wire_, read_.key(), token_);
      if (is_unsure) return skip();
      return finish({.state = ClaimReply::State::found,
                     .entry = std::move(value.entry),
                     .may_copy = value.may_copy,
                     .stripe_count = value.stripe_count});
    }
  }
  if (is_granted) return grant(std::span(*marks).subspan(value_marks_count_));
  if (std::optional<Error> error = find_lease_error(holder_)) {
    return finish({.state = ClaimReply::State::failed, .error = std::move(error)});
  }
  if (was_refused_) return skip();
  wait();
}

void ClaimWait::grant(std::span<const NearMark> marks) {
  Grant grant{.key = OwnedKey(read_.key()),
              .token = token_,
              .tags = request_.tags,
              .marks = {marks.begin(), marks.end()},
              .sequence = parts_.marks.sequence()};
  finish({.state = ClaimReply::State::granted,
          .claim = hold_claim(terms_.parts, terms_.waiters, std::move(grant), terms_.on_lost)});
}

void ClaimWait::wait() {
  const TimePoint now = wire_.now();
  const Duration jitter(static_cast<std::int64_t>(below(wire_.random(), longest_jitter.count())));
  Duration step = std::chrono::milliseconds(std::max<std::int64_t>(lease_left_ms_, 0)) + jitter;
  if (lease_left_ms_ == no_end_ttl) step = endless_step;
  if (!is_tracked_) step = poll_step;
  const TimePoint when = std::min(saturating_add(now, step), request_.deadline.when());
  {
    MutexLock lock(mutex_);
    if (phase_ == Phase::done) return;
    // The lease was gone when it was looked at, or something was told since: no need to wait. In a
    // tier that is closed asking ends it.
    if (!has_changed_ && !holder_.empty() && !wire_.is_closed()) {
      phase_ = Phase::waiting;
      timer_ = wire_.clock().call_at(when, [weak = weak_from_this()] {
        if (const std::shared_ptr<ClaimWait> self = weak.lock()) self->on_timer();
      });
      return;
    }
  }
  ask();
}

void ClaimWait::on_timer() {
  {
    MutexLock lock(mutex_);
    if (phase_ != Phase::waiting) return;
    phase_ = Phase::asking;
  }
  ask();
}

void claim_key(const ClaimTerms& terms, const KeyView& key, ClaimRequest request, ClaimDone done) {
  std::make_shared<ClaimWait>(terms, key, std::move(request), std::move(done))->start();
}

}  // namespace nacre::remote
