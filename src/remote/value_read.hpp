// One key's value as a batch of commands reads it: what is asked, what was answered, and what that
// is worth by the marks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "redis/call.hpp"
#include "remote/entry_form.hpp"
#include "remote/near_marks.hpp"
#include "remote/wire.hpp"
#include "tier/shared_tier.hpp"

namespace nacre::remote {

/// Filled by the handlers of PTTL and GET, in this order, which must be next to each other. One
/// read at a time; not thread safe.
class ValueRead {
 public:
  ValueRead(Wire& wire, const KeyView& key);

  const KeyView& key() const noexcept { return view_; }
  const std::string& name() const noexcept { return name_; }

  /// Just before the commands are handed to the client.
  void begin();

  void take_left(const redis::ReplyHandler::Outcome& outcome, const redis::Answerer& answerer);
  void take_value(const redis::ReplyHandler::Outcome& outcome, const redis::Answerer& answerer);

  /// The marks that the value is judged by; empty when there is none to judge.
  std::vector<std::string> mark_names() const;

  /// What find() answers. `marks`: of mark_names(), not all of which need be known. Once.
  SharedReply judge(std::span<const NearMark> marks);

 private:
  void discard(std::string_view bytes);

  Wire& wire_;
  const OwnedKey key_;
  const KeyView view_;
  const std::string name_;
  TimePoint asked_at_{};
  std::uint64_t stripe_count_ = 0;
  std::int64_t left_ms_ = no_key_ttl;
  std::uint64_t link_id_ = 0;
  bool is_tracked_ = false;
  TierReply::State state_ = TierReply::State::skipped;
  StoredEntry stored_{};
};

/// Removes or replaces the value only if it still begins as `bytes` do: with `replacement` empty it
/// goes.
void replace_value(Wire& wire, std::string_view name, std::string_view bytes,
                   std::string_view replacement, std::uint64_t total_ms, Deadline deadline,
                   redis::ReplyHandler handler);

}  // namespace nacre::remote
