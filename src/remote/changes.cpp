#include "remote/changes.hpp"

#include <string>
#include <utility>

#include "remote/stores.hpp"
#include "tier/freshness.hpp"

namespace nacre::remote {
namespace {

// Redis takes 0 for no end; a value that will not end is another program's.
std::string ttl_text(const Wire& wire, const StoredBytes& stored) {
  const bool is_endless = wire.options().is_raw && stored.total_ms == longest_total_ms;
  return is_endless ? "0" : std::to_string(stored.total_ms);
}

}  // namespace

std::optional<StoredBytes> stored_form(const Wire& wire, const KeyView& key, const Entry& entry,
                                       const EntryMarks& marks) {
  try {
    Entry encoded = entry;
    if (!entry.is_negative()) encoded.value = entry.value.encoded();
    if (encoded.value.payload_bytes() > wire.options().max_value_bytes) return {};
    const TimePoint now = wire.now();
    if (wire.options().is_raw) return encode_raw(encoded, now);
    return encode_entry(key, encoded, marks, wire.new_id(), now);
  } catch (const Error& error) {
    wire.log().warning("remote.encode", {{"key", loggable_key(key.text)}},
                       "a value cannot be stored: {}", error.message());
    return {};
  }
}

void Changes::send(const Change& change, Deadline deadline, ReachedDone done) {
  if (change.write) return send_kept_write(change, deadline, std::move(done));
  const Pass pass = wire_.try_pass(change.name());
  if (!pass) return done(false);
  redis::ReplyHandler handler = [this, pass, change, done = std::move(done)](
                                    const redis::ReplyHandler::Outcome& outcome,
                                    const redis::Answerer&) {
    wire_.settle(pass, outcome);
    const bool has_reached = is_answer(outcome);
    if (change.kind != NameKind::value) marks_.forget(change.name());
    if (has_reached) recent_.add(change, wire_.now());
    done(has_reached);
  };
  if (change.kind == NameKind::value) {
    change_value(change, deadline, std::move(handler));
  } else {
    change_mark(change, deadline, std::move(handler));
  }
}

void Changes::change_value(const Change& change, Deadline deadline, redis::ReplyHandler handler) {
  const std::string value = change.name();
  const std::string lease = lease_name(change.space->name, change.text);
  if (change.severity == Severity::expire && !wire_.options().is_raw) {
    const std::string offset = std::to_string(expired_offset);
    const std::string_view keys[] = {value, lease};
    const std::string_view arguments[] = {header_begin, offset};
    return redis::run_script(wire_.client(), wire_.scripts().expire, keys, arguments,
                             {.deadline = deadline, .is_idempotent = true}, std::move(handler));
  }
  const std::string_view words[] = {"UNLINK", value, lease};
  wire_.client().execute(
      {.arguments = words, .key = value, .deadline = deadline, .is_idempotent = true},
      std::move(handler));
}

void Changes::change_mark(const Change& change, Deadline deadline, redis::ReplyHandler handler) {
  const std::string name = change.name();
  const std::string mark = bytes_of(wire_.new_mark());
  const std::string ttl = std::to_string(mark_ttl_ms);
  if (change.severity == Severity::expire) {
    const std::string_view keys[] = {name};
    const std::string_view arguments[] = {mark, ttl};
    return redis::run_script(wire_.client(), wire_.scripts().expire_mark, keys, arguments,
                             {.deadline = deadline, .is_idempotent = true}, std::move(handler));
  }
  const std::string_view words[] = {"SET", name, mark, "PX", ttl};
  wire_.client().execute(
      {.arguments = words, .key = name, .deadline = deadline, .is_idempotent = true},
      std::move(handler));
}

void Changes::send_kept_write(const Change& change, Deadline deadline, ReachedDone done) {
  const KeyView key{.space = change.space, .text = change.text, .hash = change.key_hash};
  const Entry& entry = change.write->entry;
  const bool is_over = freshness_of(entry.lifetime, wire_.now()) == Freshness::expired;
  const std::optional<StoredBytes> stored =
      is_over ? std::nullopt : stored_form(wire_, key, entry, change.write->marks);
  if (!stored) {
    Change removal = change;
    removal.write.reset();
    removal.severity = Severity::remove;
    return send(removal, deadline, std::move(done));
  }
  const Pass pass = wire_.try_pass(change.name());
  if (!pass) return done(false);
  send_write(pass, key, *stored, deadline, [done = std::move(done)](SharedStored result) {
    done(result.reply == StoreReply::stored);
  });
}

void Changes::send_write(Pass pass, const KeyView& key, const StoredBytes& stored,
                         Deadline deadline, SharedStoreDone done) {
  const std::string ttl = ttl_text(wire_, stored);
  const std::string_view arguments[] = {stored.bytes, ttl};
  store_confirmed(wire_, key,
                  {.script = &wire_.scripts().write,
                   .arguments = arguments,
                   .write_id = stored.write_id,
                   .deadline = deadline,
                   .pass = pass},
                  [done = std::move(done)](Confirmed result) {
                    done({.reply = result.is_stored ? StoreReply::stored : StoreReply::skipped,
                          .may_copy = result.is_tracked,
                          .stripe_count = result.stripe_count});
                  });
}

}  // namespace nacre::remote
