#include "remote/stores.hpp"

#include <memory>
#include <string>
#include <utility>

#include "base/mutex.hpp"
#include "remote/names.hpp"

namespace nacre::remote {
namespace {

class Store final : public std::enable_shared_from_this<Store> {
 public:
  Store(Wire& wire, const KeyView& key, const StoreTerms& terms,
        std::function<void(Confirmed)> done)
      : wire_(wire),
        key_(key),
        name_(value_name(key.space->name, key.text)),
        write_id_(terms.write_id),
        deadline_(terms.deadline),
        pass_(terms.pass),
        done_(std::move(done)) {}

  void send(const StoreTerms& terms) {
    const std::string lease = lease_name(key_.space->name, key_.text);
    const std::string_view keys[] = {name_, lease};
    redis::run_script(
        wire_.client(), *terms.script, keys, terms.arguments, {.deadline = deadline_},
        [self = shared_from_this()](const redis::ReplyHandler::Outcome& outcome,
                                    const redis::Answerer&) { self->take_result(outcome); });
    if (write_id_ != 0) ask();
  }

 private:
  void ask() {
    const std::string end = std::to_string(write_id_end - 1);
    const std::string_view words[] = {"GETRANGE", name_, "0", end};
    wire_.client().execute(
        {.arguments = words, .key = name_, .deadline = deadline_, .is_idempotent = true},
        [self = shared_from_this()](const redis::ReplyHandler::Outcome& outcome,
                                    const redis::Answerer& answerer) {
          self->take_beginning(outcome, answerer);
        });
  }

  void take_result(const redis::ReplyHandler::Outcome& outcome) {
    wire_.settle(pass_, outcome);
    bool is_read_too_early = false;
    bool is_read_due = false;
    {
      MutexLock lock(mutex_);
      result_.has_answered = is_answer(outcome);
      result_.is_stored = result_.has_answered && outcome.value().integer() == 1;
      has_result_ = true;
      // The script was not known and ran behind the read.
      is_read_too_early = result_.is_stored && has_read_;
      is_read_due = result_.is_stored && write_id_ != 0;
    }
    if (is_read_too_early) return ask();
    if (!is_read_due) finish();
  }

  void take_beginning(const redis::ReplyHandler::Outcome& outcome,
                      const redis::Answerer& answerer) {
    const std::uint64_t stripe_count = wire_.stripe_count(key_.view());
    {
      MutexLock lock(mutex_);
      has_read_ = true;
      if (!has_result_ || !result_.is_stored) return;
      result_.is_tracked = answerer.link.is_tracking && is_answer(outcome) &&
                           peek_write_id(outcome.value().text()) == write_id_;
      result_.stripe_count = stripe_count;
    }
    finish();
  }

  void finish() {
    Confirmed result;
    {
      MutexLock lock(mutex_);
      result = result_;
    }
    done_(result);
  }

  Wire& wire_;
  const OwnedKey key_;
  const std::string name_;
  const std::uint64_t write_id_;
  const Deadline deadline_;
  const Pass pass_;
  const std::function<void(Confirmed)> done_;
  Mutex mutex_;
  Confirmed result_ NACRE_GUARDED_BY(mutex_){};
  bool has_result_ NACRE_GUARDED_BY(mutex_) = false;
  bool has_read_ NACRE_GUARDED_BY(mutex_) = false;
};

}  // namespace

void store_confirmed(Wire& wire, const KeyView& key, const StoreTerms& terms,
                     std::function<void(Confirmed)> done) {
  std::make_shared<Store>(wire, key, terms, std::move(done))->send(terms);
}

}  // namespace nacre::remote
