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

/// What one node is asked at once: one call of its breaker.
struct Reads::Group {
  explicit Group(std::uint32_t owner_number, Pass given) : owner(owner_number), pass(given) {}

  const std::uint32_t owner;
  const Pass pass;
  std::atomic<std::size_t> missing_count{0};
};

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
  std::deque<Group> groups;                   ///< of what was asked last
  std::atomic<std::size_t> missing_count{0};  ///< the same

  Group& group_of(Wire& wire, const std::string& name) {
    const std::uint32_t owner = wire.client().owner_of(name).number;
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [owner](const Group& each) { return each.owner == owner; });
    return found != groups.end() ? *found : groups.emplace_back(owner, wire.try_pass(name));
  }
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
  if (deadline.has_passed(wire_.now())) return lookup->done(std::move(lookup->replies));
  ask(lookup);
}

void Reads::ask(const std::shared_ptr<Lookup>& lookup) {
  while (lookup->asked_count < lookup->reads.size()) {
    lookup->groups.clear();
    std::vector<Asked> asked;
    const std::size_t end = std::min(lookup->reads.size(), lookup->asked_count + max_keys_at_once);
    for (; lookup->asked_count < end; ++lookup->asked_count) {
      ValueRead& read = lookup->reads[lookup->asked_count];
      Group& group = lookup->group_of(wire_, read.name());
      if (group.pass) asked.push_back({&read, &group});
    }
    if (!asked.empty()) return send(lookup, asked);
  }
  gather_marks(lookup);
}

void Reads::send(const std::shared_ptr<Lookup>& lookup, std::span<const Asked> asked) {
  lookup->missing_count = asked.size();
  for (const Asked& each : asked) ++each.group->missing_count;
  std::vector<std::string_view> words;
  words.reserve(4 * asked.size());
  std::vector<redis::Call> calls;
  calls.reserve(2 * asked.size());
  for (const Asked& each : asked) {
    ValueRead& read = *each.read;
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
    calls.back().handler = [this, each, lookup](const redis::ReplyHandler::Outcome& outcome,
                                                const redis::Answerer& answerer) {
      each.read->take_value(outcome, answerer);
      if (--each.group->missing_count == 0) wire_.settle(each.group->pass, outcome);
      if (--lookup->missing_count == 0) ask(lookup);
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
  marks_.find_each(names, lookup->deadline,
                   [this, lookup](const std::vector<NearMark>& marks) { answer(*lookup, marks); });
}

void Reads::answer(Lookup& lookup, std::span<const NearMark> marks) {
  for (std::size_t index = 0; index < lookup.reads.size(); ++index) {
    ValueRead& read = lookup.reads[index];
    const std::span<const NearMark> own = marks.first(lookup.marks_counts[index]);
    marks = marks.subspan(own.size());
    SharedReply reply = read.judge(own);
    // What began to be uncertain meanwhile.
    if (!trust_.is_given(read.key(), reply.entry.notes.get())) reply = {};
    lookup.replies[lookup.places[index]] = std::move(reply);
  }
  lookup.done(std::move(lookup.replies));
}

}  // namespace nacre::remote
