#include "remote/reads.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "remote/value_read.hpp"

namespace nacre::remote {
namespace {

// Two commands each: what is asked together leaves room for others in a link's queue.
constexpr std::size_t max_keys_at_once = 1024;

}  // namespace

/// Written before the commands are sent, and by each key's own handlers; `missing_count` orders
/// them before the one who reads it all.
struct Reads::Lookup {
  std::deque<ValueRead> reads;
  std::vector<std::size_t> places;  ///< of each read, in the replies
  std::vector<SharedReply> replies;
  std::vector<std::size_t> marks_counts;  ///< of each read
  Deadline deadline;
  SharedFindManyDone done;
  std::size_t asked_count = 0;
  std::atomic<std::size_t> missing_count{0};  ///< of what was asked last
};

void Reads::find(const KeyView& key, Deadline deadline, SharedFindDone done) {
  find_many({&key, 1}, deadline, [done = std::move(done)](std::vector<SharedReply> replies) {
    done(std::move(replies.front()));
  });
}

void Reads::find_many(std::span<const KeyView> keys, Deadline deadline, SharedFindManyDone done) {
  auto lookup = std::make_shared<Lookup>();
  lookup->replies.resize(keys.size());
  lookup->deadline = deadline;
  lookup->done = std::move(done);
  for (std::size_t place = 0; place < keys.size(); ++place) {
    if (!trust_.is_given(keys[place])) continue;
    lookup->reads.emplace_back(wire_, keys[place]);
    lookup->places.push_back(place);
  }
  if (lookup->reads.empty() || deadline.has_passed(wire_.now()) || !wire_.try_pass()) {
    return lookup->done(std::move(lookup->replies));
  }
  ask(lookup);
}

void Reads::ask(const std::shared_ptr<Lookup>& lookup) {
  const std::size_t first = lookup->asked_count;
  const std::size_t count = std::min(lookup->reads.size() - first, max_keys_at_once);
  lookup->asked_count += count;
  lookup->missing_count = count;
  std::vector<std::string_view> words;
  words.reserve(4 * count);
  std::vector<redis::Call> calls;
  calls.reserve(2 * count);
  for (std::size_t index = first; index < first + count; ++index) {
    ValueRead& read = lookup->reads[index];
    read.begin();
    for (const std::string_view word : {"PTTL", "GET"}) {
      words.push_back(word);
      words.emplace_back(read.name());
      calls.push_back({.request = {.arguments = std::span(words).last(2),
                                   .key = read.name(),
                                   .deadline = lookup->deadline,
                                   .is_idempotent = true}});
    }
    calls[calls.size() - 2].handler = [&read, lookup](const redis::ReplyHandler::Outcome& outcome,
                                                      const redis::Answerer& answerer) {
      read.take_left(outcome, answerer);
    };
    calls.back().handler = [this, &read, lookup](const redis::ReplyHandler::Outcome& outcome,
                                                 const redis::Answerer& answerer) {
      read.take_value(outcome, answerer);
      if (--lookup->missing_count != 0) return;
      wire_.settle(outcome);
      const bool has_more = lookup->asked_count < lookup->reads.size();
      if (has_more && wire_.try_pass()) return ask(lookup);
      gather_marks(lookup);
    };
  }
  wire_.client().execute_all(calls);
}

void Reads::gather_marks(const std::shared_ptr<Lookup>& lookup) {
  std::vector<std::string> names;
  for (const ValueRead& read : lookup->reads) {
    std::vector<std::string> own = read.mark_names();
    lookup->marks_counts.push_back(own.size());
    names.insert(names.end(), std::make_move_iterator(own.begin()),
                 std::make_move_iterator(own.end()));
  }
  if (names.empty()) return answer(*lookup, std::vector<NearMark>());
  marks_.find_all(
      names, lookup->deadline,
      [this, lookup](std::optional<std::vector<NearMark>> marks) { answer(*lookup, marks); });
}

void Reads::answer(Lookup& lookup, const std::optional<std::vector<NearMark>>& marks) {
  std::size_t first = 0;
  for (std::size_t index = 0; index < lookup.reads.size(); ++index) {
    ValueRead& read = lookup.reads[index];
    const std::size_t count = lookup.marks_counts[index];
    std::optional<std::vector<NearMark>> own;
    if (marks) {
      const auto begin = marks->begin() + static_cast<std::ptrdiff_t>(first);
      own.emplace(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
    first += count;
    SharedReply reply = read.judge(own);
    // What began to be uncertain meanwhile.
    if (!trust_.is_given(read.key(), reply.entry.notes.get())) reply = {};
    lookup.replies[lookup.places[index]] = std::move(reply);
  }
  lookup.done(std::move(lookup.replies));
}

}  // namespace nacre::remote
