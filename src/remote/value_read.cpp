#include "remote/value_read.hpp"

#include <algorithm>
#include <utility>

#include "redis/server_error.hpp"
#include "remote/names.hpp"
#include "tier/freshness.hpp"

namespace nacre::remote {

void replace_value(Wire& wire, std::string_view name, std::string_view bytes,
                   std::string_view replacement, std::uint64_t total_ms, Deadline deadline,
                   redis::ReplyHandler handler) {
  const std::string ttl = std::to_string(total_ms);
  const std::string_view keys[] = {name};
  const std::string_view arguments[] = {bytes.substr(0, write_id_end), replacement, ttl};
  redis::run_script(wire.client(), wire.scripts().replace, keys, arguments, {.deadline = deadline},
                    std::move(handler));
}

ValueRead::ValueRead(Wire& wire, const KeyView& key)
    : wire_(wire), key_(key), view_(key_.view()), name_(value_name(key.space->name, key.text)) {}

void ValueRead::begin() {
  // What is left counts from the question: an answer that is slow makes nothing younger.
  asked_at_ = wire_.now();
  stripe_count_ = wire_.stripe_count(view_);
  left_ms_ = no_key_ttl;
  state_ = TierReply::State::skipped;
  stored_ = {};
}

void ValueRead::take_left(const redis::ReplyHandler::Outcome& outcome,
                          const redis::Answerer& answerer) {
  link_id_ = answerer.link.id;
  if (is_answer(outcome)) left_ms_ = outcome.value().integer();
}

void ValueRead::take_value(const redis::ReplyHandler::Outcome& outcome,
                           const redis::Answerer& answerer) {
  if (!outcome) return;
  const resp::Reply reply = outcome.value();
  if (reply.is_error()) {
    // Another program's list or hash under our name is no value of ours.
    const bool is_other = redis::server_error_of(reply.text()) == redis::ServerError::wrong_type;
    if (is_other) state_ = TierReply::State::absent;
    return;
  }
  // Both answers must tell of the same link's time: a repeated one does not.
  if (link_id_ != answerer.link.id) return;
  is_tracked_ = answerer.link.is_tracking;
  state_ = TierReply::State::absent;
  if (reply.is_null()) return;
  switch (decode_entry(view_, reply.text(),
                       {.left_ms = left_ms_,
                        .now = asked_at_,
                        .hash_seed = wire_.hash_seed(),
                        .is_raw = wire_.options().is_raw},
                       stored_)) {
    case Decoded::entry:
      state_ = TierReply::State::found;
      break;
    case Decoded::useless:
      break;
    case Decoded::corrupt:
      discard(reply.text());
      break;
  }
}

void ValueRead::discard(std::string_view bytes) {
  wire_.count_corrupt(view_, bytes.size());
  replace_value(wire_, name_, bytes, {}, 0, {},
                [](const redis::ReplyHandler::Outcome&, const redis::Answerer&) {});
}

std::vector<std::string> ValueRead::mark_names() const {
  if (state_ != TierReply::State::found || stored_.is_raw) return {};
  const EntryNotes* const notes = stored_.entry.notes.get();
  return remote::mark_names(key_.space->name,
                            notes == nullptr ? std::span<const std::string>() : notes->tags);
}

SharedReply ValueRead::judge(std::span<const NearMark> marks) {
  SharedReply reply;
  reply.state = state_;
  if (state_ != TierReply::State::found) return reply;
  if (!std::all_of(marks.begin(), marks.end(), is_known)) {
    reply.state = TierReply::State::skipped;
    return reply;
  }
  bool is_valid = true;
  bool is_expired = stored_.is_expired;
  bool is_told = is_tracked_;
  for (std::size_t index = 0; index < marks.size(); ++index) {
    const NearMark& present = marks[index];
    const MarkId& own = index == 0 ? stored_.space_mark : stored_.tag_marks[index - 1];
    is_valid &= own.removal == present.id.removal && own.removal != 0;
    is_expired |= own.expiry != present.id.expiry;
    is_told &= present.is_told;
  }
  const TimePoint now = wire_.now();
  if (is_expired) make_stale(stored_.entry.lifetime, now);
  if (!is_valid || freshness_of(stored_.entry.lifetime, now) == Freshness::expired) {
    reply.state = TierReply::State::absent;
    return reply;
  }
  reply.entry = std::move(stored_.entry);
  reply.may_copy = is_told;
  reply.stripe_count = stripe_count_;
  return reply;
}

}  // namespace nacre::remote
