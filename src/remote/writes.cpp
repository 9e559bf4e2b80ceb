#include "remote/writes.hpp"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "remote/names.hpp"
#include "remote/value_read.hpp"

namespace nacre::remote {
namespace {

// An extension compares and replaces; who is overtaken this often has lost to somebody newer.
constexpr int max_extend_count = 3;

std::span<const std::string> tags_of(const Entry& entry) noexcept {
  return entry.notes ? std::span<const std::string>(entry.notes->tags)
                     : std::span<const std::string>();
}

EntryMarks marks_of(const std::vector<NearMark>& marks) {
  EntryMarks entry_marks{.space = marks.front().id};
  for (std::size_t index = 1; index < marks.size(); ++index) {
    entry_marks.tags.push_back(marks[index].id);
  }
  return entry_marks;
}

Change change_of(const KeyView& key) {
  return {.space = key.space, .text = std::string(key.text), .key_hash = key.hash};
}

}  // namespace

struct Writes::Writing {
  OwnedKey key{};
  Entry entry{};
  Deadline deadline{};
  bool is_strict = false;
  SharedStoreDone done{};
  std::vector<std::string> mark_names{};
};

void Writes::write(const KeyView& key, Entry entry, Deadline deadline, bool is_strict,
                   SharedStoreDone done) {
  auto writing = std::make_shared<Writing>();
  writing->key = OwnedKey(key);
  writing->entry = std::move(entry);
  writing->deadline = deadline;
  writing->is_strict = is_strict;
  writing->done = std::move(done);
  if (parts_.wire.options().is_raw) return write_with(writing, std::vector<NearMark>(1));
  writing->mark_names = mark_names(key.space->name, tags_of(writing->entry));
  parts_.marks.find_all(writing->mark_names, deadline,
                        [this, writing](const std::optional<std::vector<NearMark>>& marks) {
                          write_with(writing, marks);
                        });
}

void Writes::write_with(const std::shared_ptr<Writing>& writing,
                        const std::optional<std::vector<NearMark>>& marks) {
  if (!marks) {
    keep(*writing);
    return writing->done({});
  }
  const KeyView key = writing->key.view();
  Change change = change_of(key);
  const EntryMarks entry_marks = marks_of(*marks);
  const std::optional<StoredBytes> stored =
      stored_form(parts_.wire, key, writing->entry, entry_marks);
  if (!stored) return writing->done({.reply = StoreReply::refused});
  if (!writing->is_strict && !parts_.wire.options().is_raw) {
    change.write = std::make_shared<KeptWrite>(KeptWrite{writing->entry, entry_marks});
  }
  if (parts_.pending.try_follow(change)) return writing->done({});
  const Pass pass = parts_.wire.try_pass(change.name());
  if (!pass) {
    keep(*writing);
    return writing->done({});
  }
  for (const std::string& name : writing->mark_names) {
    parts_.marks.keep_alive(name, stored->total_ms);
  }
  const bool is_told =
      std::all_of(marks->begin(), marks->end(), [](const NearMark& each) { return each.is_told; });
  send_write(pass, writing, *stored, is_told);
}

void Writes::send_write(Pass pass, const std::shared_ptr<Writing>& writing,
                        const StoredBytes& stored, bool is_told) {
  parts_.changes.send_write(pass, writing->key.view(), stored, writing->deadline,
                            [this, writing, is_told](SharedStored result) {
                              if (result.reply == StoreReply::skipped) keep(*writing);
                              result.may_copy &= is_told;
                              writing->done(result);
                            });
}

// With bare bytes there are no marks that would tell an old write from a new one.
void Writes::keep(Writing& writing) {
  Change change = change_of(writing.key.view());
  if (!writing.is_strict && !parts_.wire.options().is_raw) change.write = kept_of(writing);
  replay_->keep(std::move(change));
}

/// Null when a mark has never been known: then it cannot be told what came before the write.
std::shared_ptr<const KeptWrite> Writes::kept_of(Writing& writing) {
  EntryMarks marks;
  for (std::size_t index = 0; index < writing.mark_names.size(); ++index) {
    const std::optional<MarkId> mark = parts_.marks.last_known(writing.mark_names[index]);
    if (!mark) return {};
    if (index == 0) {
      marks.space = *mark;
    } else {
      marks.tags.push_back(*mark);
    }
  }
  return std::make_shared<KeptWrite>(KeptWrite{writing.entry, std::move(marks)});
}

void Writes::change(Change change, Deadline deadline, ReachedDone done) {
  if (parts_.wire.options().is_raw && change.kind != NameKind::value) {
    if (change.kind == NameKind::tag_mark) return done(true);
    // Bare bytes carry no mark: a namespace is cleared by looking at each key.
    return sweep({.space = change.space,
                  .matches = [](std::string_view, std::span<const std::string>) { return true; },
                  .severity = change.severity},
                 std::move(done));
  }
  if (parts_.pending.try_follow(change)) return done(false);
  parts_.changes.send(change, deadline, [this, change, done = std::move(done)](bool has_reached) {
    if (!has_reached) replay_->keep(change);
    done(has_reached);
  });
}

void Writes::change_tags(const Namespace& space, std::span<const std::string> tags,
                         Severity severity, Deadline deadline, const ReachedDone& done) {
  struct Gather {
    std::atomic<std::size_t> missing_count;
    std::atomic<bool> has_reached{true};
  };
  if (tags.empty()) return done(true);
  auto gather = std::make_shared<Gather>();
  gather->missing_count = tags.size();
  for (const std::string& tag : tags) {
    change({.kind = NameKind::tag_mark, .space = &space, .text = tag, .severity = severity},
           deadline, [gather, done](bool has_reached) {
             if (!has_reached) gather->has_reached = false;
             if (--gather->missing_count == 0) done(gather->has_reached);
           });
  }
}

void Writes::sweep(SharedSweep sweep, ReachedDone done) {
  parts_.pending.apply(sweep);
  sweeps_.run(sweep, [this, sweep, done = std::move(done)](bool has_reached) {
    if (!has_reached) replay_->keep(sweep);
    done(has_reached);
  });
}

struct Writes::Extending {
  Extending(Wire& wire, const KeyView& key) : read(wire, key) {}

  ValueRead read;
  Duration ttl{};
  Deadline deadline{};
  std::function<void(bool)> done{};
  std::string beginning{};
  int count = 0;
  Pass pass{};  ///< of the present try
};

void Writes::extend(const KeyView& key, Duration ttl, Deadline deadline,
                    std::function<void(bool was_present)> done) {
  auto extending = std::make_shared<Extending>(parts_.wire, key);
  extending->ttl = ttl;
  extending->deadline = deadline;
  extending->done = std::move(done);
  if (!parts_.trust.is_given(key)) return extending->done(false);
  if (parts_.wire.options().is_raw) return extend_raw(extending);
  read_for_extending(extending);
}

void Writes::extend_raw(const std::shared_ptr<Extending>& extending) {
  extending->pass = parts_.wire.try_pass(extending->read.name());
  if (!extending->pass) return extending->done(false);
  const auto length = std::chrono::duration_cast<std::chrono::milliseconds>(extending->ttl);
  const std::string ms = std::to_string(length.count());
  const std::string_view words[] = {"PEXPIRE", extending->read.name(), ms};
  parts_.wire.client().execute(
      {.arguments = words, .key = extending->read.name(), .deadline = extending->deadline},
      [this, extending](const redis::ReplyHandler::Outcome& outcome, const redis::Answerer&) {
        parts_.wire.settle(extending->pass, outcome);
        extending->done(is_answer(outcome) && outcome.value().integer() == 1);
      });
}

void Writes::read_for_extending(const std::shared_ptr<Extending>& extending) {
  const std::string& name = extending->read.name();
  extending->pass = parts_.wire.try_pass(name);
  if (!extending->pass) return extending->done(false);
  ++extending->count;
  extending->read.begin();
  const std::string_view left[] = {"PTTL", name};
  const std::string_view get[] = {"GET", name};
  redis::Call calls[2];
  for (redis::Call& call : calls) {
    call.request = {.key = name, .deadline = extending->deadline, .is_idempotent = true};
  }
  calls[0].request.arguments = left;
  calls[0].handler = [extending](const redis::ReplyHandler::Outcome& outcome,
                                 const redis::Answerer& answerer) {
    extending->read.take_left(outcome, answerer);
  };
  calls[1].request.arguments = get;
  calls[1].handler = [this, extending](const redis::ReplyHandler::Outcome& outcome,
                                       const redis::Answerer& answerer) {
    parts_.wire.settle(extending->pass, outcome);
    extending->read.take_value(outcome, answerer);
    if (is_answer(outcome)) extending->beginning = outcome.value().text().substr(0, write_id_end);
    const std::vector<std::string> names = extending->read.mark_names();
    if (names.empty()) return extending->done(false);
    parts_.marks.find_all(names, extending->deadline,
                          [this, extending](const std::optional<std::vector<NearMark>>& marks) {
                            extend_with(extending, marks);
                          });
  };
  parts_.wire.client().execute_all(calls);
}

void Writes::extend_with(const std::shared_ptr<Extending>& extending,
                         const std::optional<std::vector<NearMark>>& marks) {
  if (!marks) return extending->done(false);
  SharedReply reply = extending->read.judge(*marks);
  if (reply.state != TierReply::State::found) return extending->done(false);
  reply.entry.lifetime.fresh_until = parts_.wire.now() + extending->ttl;
  const std::optional<StoredBytes> stored =
      stored_form(parts_.wire, extending->read.key(), reply.entry, marks_of(*marks));
  if (!stored) return extending->done(false);
  replace_value(
      parts_.wire, extending->read.name(), extending->beginning, stored->bytes, stored->total_ms,
      extending->deadline,
      [this, extending](const redis::ReplyHandler::Outcome& outcome, const redis::Answerer&) {
        if (!is_answer(outcome)) return extending->done(false);
        if (outcome.value().integer() == 1) return extending->done(true);
        if (extending->count >= max_extend_count) return extending->done(false);
        read_for_extending(extending);
      });
}

}  // namespace nacre::remote
