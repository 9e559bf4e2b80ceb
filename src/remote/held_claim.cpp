#include "remote/held_claim.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "base/mutex.hpp"
#include "redis/script.hpp"
#include "remote/names.hpp"
#include "remote/stores.hpp"

namespace nacre::remote {
namespace {

constexpr char error_begin = '!';
// An error's text in a lease: for people, so a line or two.
constexpr std::size_t max_error_bytes = 1024;

constexpr auto ignore = [](const redis::ReplyHandler::Outcome&, const redis::Answerer&) {};

/// One claim; timers and commands that run hold it.
class Held final : public Wakeable, public std::enable_shared_from_this<Held> {
 public:
  Held(std::shared_ptr<Parts> parts, std::shared_ptr<Waiters> waiters, Grant grant,
       std::function<void(const OwnedKey&)> on_lost)
      : parts_(std::move(parts)),
        waiters_(std::move(waiters)),
        wire_(parts_->wire),
        grant_(std::move(grant)),
        key_(grant_.key.view()),
        lease_(lease_name(key_.space->name, key_.text)),
        on_lost_(std::move(on_lost)) {}

  void start();
  void wake() override;
  void let_go();
  void fill(Entry entry, Deadline deadline, SharedStoreDone done);
  void fail(const Error& error, Duration back_off);

 private:
  /// The marks to store with, as far as they are known.
  struct Filling {
    Entry entry{};
    Deadline deadline{};
    SharedStoreDone done{};
    EntryMarks marks{};
    std::vector<std::size_t> unknown{};  ///< which tags were not told of before the load
  };

  bool try_use();
  void renew_later();
  void renew();
  void look();
  void take_lease(const redis::ReplyHandler::Outcome& outcome);
  std::optional<MarkId> find_granted(const std::string& tag) const;
  bool is_outdated(const std::string& name, const MarkId& mark) const;
  void find_unknown(const std::shared_ptr<Filling>& filling);
  void store(Filling& filling);
  void end(Filling& filling, StoreReply reply);

  const std::shared_ptr<Parts> parts_;
  const std::shared_ptr<Waiters> waiters_;
  Wire& wire_;
  const Grant grant_;
  const KeyView key_;
  const std::string lease_;
  const std::function<void(const OwnedKey&)> on_lost_;
  std::atomic<bool> is_used_{false};
  Mutex mutex_;
  TimerId timer_ NACRE_GUARDED_BY(mutex_){};
};

bool Held::try_use() {
  if (is_used_.exchange(true)) return false;
  waiters_->remove(value_name(key_.space->name, key_.text), this);
  MutexLock lock(mutex_);
  wire_.clock().cancel(timer_);
  return true;
}

void Held::start() {
  waiters_->add(value_name(key_.space->name, key_.text), shared_from_this());
  renew_later();
}

// An invalidation of a key that has no value changes nothing but the lease.
void Held::wake() {
  if (!is_used_ && !wire_.is_closed()) look();
}

void Held::renew_later() {
  const TimePoint when = wire_.now() + wire_.options().lease / 3;
  MutexLock lock(mutex_);
  if (is_used_) return;
  timer_ = wire_.clock().call_at(when, [weak = weak_from_this()] {
    if (const std::shared_ptr<Held> self = weak.lock()) self->renew();
  });
}

void Held::renew() {
  if (is_used_ || wire_.is_closed()) return;
  const auto length = std::chrono::duration_cast<std::chrono::milliseconds>(wire_.options().lease);
  const std::string ms = std::to_string(length.count());
  const std::string_view keys[] = {lease_};
  const std::string_view arguments[] = {grant_.token, ms};
  redis::run_script(wire_.client(), wire_.scripts().renew, keys, arguments, {}, ignore);
  look();
  renew_later();
}

// A tracked read: the change before it was told, and so is the next one.
void Held::look() {
  const std::string_view get[] = {"GET", lease_};
  wire_.client().execute({.arguments = get, .key = lease_, .is_idempotent = true},
                         [weak = weak_from_this()](const redis::ReplyHandler::Outcome& outcome,
                                                   const redis::Answerer&) {
                           if (const auto self = weak.lock()) self->take_lease(outcome);
                         });
}

void Held::take_lease(const redis::ReplyHandler::Outcome& outcome) {
  if (is_used_ || !is_answer(outcome) || outcome.value().text() == grant_.token) return;
  on_lost_(grant_.key);
}

void Held::let_go() {
  if (try_use()) release_lease(wire_, key_, grant_.token);
}

void Held::fail(const Error& error, Duration back_off) {
  if (!try_use()) return;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(back_off).count();
  if (ms <= 0) return release_lease(wire_, key_, grant_.token);
  const std::string length = std::to_string(ms);
  const std::string text = lease_text_of(error);
  const std::string_view keys[] = {lease_};
  const std::string_view arguments[] = {grant_.token, text, length};
  redis::run_script(wire_.client(), wire_.scripts().fail, keys, arguments, {}, ignore);
}

std::optional<MarkId> Held::find_granted(const std::string& tag) const {
  const auto found = std::find(grant_.tags.begin(), grant_.tags.end(), tag);
  if (found == grant_.tags.end()) return {};
  return grant_.marks[static_cast<std::size_t>(found - grant_.tags.begin()) + 1].id;
}

bool Held::is_outdated(const std::string& name, const MarkId& mark) const {
  const std::optional<NearMark> present = parts_->marks.peek(name);
  return present && present->id != mark;
}

void Held::fill(Entry entry, Deadline deadline, SharedStoreDone done) {
  if (!try_use()) return done({});
  auto filling = std::make_shared<Filling>();
  filling->entry = std::move(entry);
  filling->deadline = deadline;
  filling->done = std::move(done);
  if (wire_.options().is_raw) return store(*filling);
  filling->marks.space = grant_.marks.front().id;
  bool has_changed = is_outdated(space_mark_name(key_.space->name), filling->marks.space);
  if (const EntryNotes* const notes = filling->entry.notes.get()) {
    for (const std::string& tag : notes->tags) {
      const std::optional<MarkId> granted = find_granted(tag);
      if (!granted) filling->unknown.push_back(filling->marks.tags.size());
      has_changed |= granted && is_outdated(tag_mark_name(key_.space->name, tag), *granted);
      filling->marks.tags.push_back(granted.value_or(MarkId{}));
    }
  }
  if (has_changed) return end(*filling, StoreReply::outdated);
  if (filling->unknown.empty()) return store(*filling);
  find_unknown(filling);
}

// A tag that only the load has named: its mark must be the same as before the load.
void Held::find_unknown(const std::shared_ptr<Filling>& filling) {
  std::vector<std::string> names;
  for (const std::size_t index : filling->unknown) {
    names.push_back(tag_mark_name(key_.space->name, filling->entry.notes->tags[index]));
  }
  parts_->marks.find_all(
      names, filling->deadline,
      [self = shared_from_this(), filling](const std::optional<std::vector<NearMark>>& marks) {
        if (!marks) return self->end(*filling, StoreReply::skipped);
        for (std::size_t index = 0; index < marks->size(); ++index) {
          const NearMark& mark = (*marks)[index];
          if (!mark.was_made && mark.known_since > self->grant_.sequence) {
            return self->end(*filling, StoreReply::outdated);
          }
          filling->marks.tags[filling->unknown[index]] = mark.id;
        }
        self->store(*filling);
      });
}

void Held::end(Filling& filling, StoreReply reply) {
  release_lease(wire_, key_, grant_.token);
  filling.done({.reply = reply});
}

void Held::store(Filling& filling) {
  const EntryNotes* const notes = filling.entry.notes.get();
  if (!parts_->trust.is_given(key_, notes)) return end(filling, StoreReply::skipped);
  const std::optional<StoredBytes> stored = stored_form(wire_, key_, filling.entry, filling.marks);
  if (!stored) return end(filling, StoreReply::refused);
  const Pass pass = wire_.try_pass(value_name(key_.space->name, key_.text));
  if (!pass) return end(filling, StoreReply::skipped);
  const std::vector<std::string> names =
      mark_names(key_.space->name, notes == nullptr ? std::span<const std::string>() : notes->tags);
  std::vector<MarkId> ids{filling.marks.space};
  ids.insert(ids.end(), filling.marks.tags.begin(), filling.marks.tags.end());
  if (!wire_.options().is_raw) {
    for (const std::string& name : names) parts_->marks.keep_alive(name, stored->total_ms);
  }
  const std::string ttl = std::to_string(stored->total_ms);
  const std::string_view arguments[] = {grant_.token, stored->bytes, ttl};
  store_confirmed(wire_, key_,
                  {.script = &wire_.scripts().fill,
                   .arguments = arguments,
                   .write_id = stored->write_id,
                   .deadline = filling.deadline,
                   .pass = pass},
                  [self = shared_from_this(), names, ids, done = filling.done](Confirmed result) {
                    SharedStored reply;
                    reply.stripe_count = result.stripe_count;
                    reply.may_copy = result.is_tracked;
                    for (std::size_t index = 0; index < ids.size(); ++index) {
                      const std::optional<NearMark> present =
                          self->parts_->marks.peek(names[index]);
                      reply.may_copy &= present && present->id == ids[index];
                    }
                    if (result.is_stored) {
                      reply.reply = StoreReply::stored;
                    } else if (result.has_answered) {
                      reply.reply = StoreReply::outdated;
                    } else {
                      release_lease(self->wire_, self->key_, self->grant_.token);
                    }
                    done(reply);
                  });
}

class HeldClaim final : public Claim {
 public:
  explicit HeldClaim(std::shared_ptr<Held> held) : held_(std::move(held)) {}
  ~HeldClaim() override { held_->let_go(); }

  void fill(Entry entry, Deadline deadline, SharedStoreDone done) override {
    held_->fill(std::move(entry), deadline, std::move(done));
  }
  void fail(const Error& error, Duration back_off) override { held_->fail(error, back_off); }

 private:
  const std::shared_ptr<Held> held_;
};

}  // namespace

std::string lease_text_of(const Error& error) {
  std::string text{error_begin};
  text.append(name_of(error.code())).append("\n");
  return text.append(error.message().substr(0, max_error_bytes));
}

std::optional<Error> find_lease_error(std::string_view text) {
  if (!text.starts_with(error_begin)) return {};
  const std::size_t end = text.find('\n');
  const std::string_view message = end == std::string_view::npos ? "" : text.substr(end + 1);
  return Error(find_errc(text.substr(1, end - 1)).value_or(Errc::load_failed),
               std::string(message.substr(0, max_error_bytes)));
}

void release_lease(Wire& wire, const KeyView& key, std::string_view token) {
  const std::string lease = lease_name(key.space->name, key.text);
  const std::string_view keys[] = {lease};
  const std::string_view arguments[] = {token};
  redis::run_script(wire.client(), wire.scripts().release, keys, arguments, {}, ignore);
}

std::unique_ptr<Claim> hold_claim(std::shared_ptr<Parts> parts, std::shared_ptr<Waiters> waiters,
                                  Grant grant, std::function<void(const OwnedKey&)> on_lost) {
  auto held = std::make_shared<Held>(std::move(parts), std::move(waiters), std::move(grant),
                                     std::move(on_lost));
  held->start();
  return std::make_unique<HeldClaim>(std::move(held));
}

}  // namespace nacre::remote
