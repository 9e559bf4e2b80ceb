#include "remote/near_marks.hpp"

#include <algorithm>
#include <utility>

#include "remote/names.hpp"

namespace nacre::remote {
namespace {

// What is kept near. Over that all is let go and learnt anew: a rare cost, and no order to keep.
constexpr std::size_t max_kept = 65'536;
// How often a mark is read again because it changed, or was no mark, while it was read.
constexpr int max_reads_count = 4;
constexpr std::size_t mark_bytes = 16;

std::uint64_t number_of(std::string_view bytes) noexcept {
  std::uint64_t number = 0;
  for (std::size_t index = 8; index-- > 0;) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[index]);
  }
  return number;
}

}  // namespace

std::string bytes_of(const MarkId& mark) {
  std::string bytes;
  for (const std::uint64_t half : {mark.removal, mark.expiry}) {
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(half >> shift));
  }
  return bytes;
}

std::optional<MarkId> find_mark(std::string_view bytes) {
  if (bytes.size() != mark_bytes) return {};
  const MarkId mark{.removal = number_of(bytes), .expiry = number_of(bytes.substr(8))};
  return mark.removal == 0 ? std::nullopt : std::optional(mark);
}

std::vector<std::string> mark_names(std::string_view space, std::span<const std::string> tags) {
  std::vector<std::string> names{space_mark_name(space)};
  for (const std::string& tag : tags) names.push_back(tag_mark_name(space, tag));
  return names;
}

/// One who asked for several.
struct NearMarks::Gather {
  Mutex mutex;
  std::vector<NearMark> marks NACRE_GUARDED_BY(mutex);
  std::size_t missing_count NACRE_GUARDED_BY(mutex) = 0;
  EachMarkDone done;  // const after construction
};

/// One mark that is being read.
struct NearMarks::Fetch {
  std::string name;             // const after construction
  Deadline deadline;            // const after construction
  MarkId proposed;              // const after construction; what is made when there is none
  std::int64_t left_ms = 0;     // handlers of its own batch only
  int reads_count = 0;          // the same
  Pass pass{};                  // the same
  bool is_wrong = false;        // the same: what is there is no mark, and is replaced
  bool is_shared = false;       // const after construction; stands in fetches_
  bool is_outdated = false;     // guarded by NearMarks::mutex_: changed while it was read
  std::vector<Waiter> waiters;  // guarded by NearMarks::mutex_
};

void NearMarks::find_all(const std::vector<std::string>& names, Deadline deadline,
                         const MarksDone& done) {
  find_each(names, deadline, [done](std::vector<NearMark> marks) {
    const bool is_whole = std::all_of(marks.begin(), marks.end(), is_known);
    done(is_whole ? std::optional(std::move(marks)) : std::nullopt);
  });
}

void NearMarks::find_each(const std::vector<std::string>& names, Deadline deadline,
                          EachMarkDone done) {
  auto gather = std::make_shared<Gather>();
  gather->done = std::move(done);
  std::vector<std::shared_ptr<Fetch>> fetches;
  std::optional<std::vector<NearMark>> marks;
  {
    MutexLock lock(mutex_);
    MutexLock gathering(gather->mutex);
    gather->marks.resize(names.size());
    for (std::size_t index = 0; index < names.size(); ++index) {
      const std::string& name = names[index];
      const auto kept = kept_.find(name);
      if (kept != kept_.end() && kept->second.link_id != 0) {
        gather->marks[index] = {
            .id = kept->second.id, .known_since = kept->second.known_since, .is_told = true};
        continue;
      }
      ++gather->missing_count;
      if (try_join(name, deadline, {gather, index})) continue;
      auto fetch = std::make_shared<Fetch>();
      fetch->name = name;
      fetch->deadline = deadline;
      fetch->proposed = wire_.new_mark();
      fetch->waiters.push_back({gather, index});
      fetch->is_shared = fetches_.try_emplace(name, fetch).second;
      fetches.push_back(std::move(fetch));
    }
    if (gather->missing_count == 0) marks = gather->marks;
  }
  if (marks) return gather->done(*std::move(marks));
  for (const std::shared_ptr<Fetch>& fetch : fetches) send(fetch);
}

// One who waits less long than the fetch does cannot wait for it.
bool NearMarks::try_join(const std::string& name, Deadline deadline, Waiter waiter) {
  const auto found = fetches_.find(name);
  if (found == fetches_.end() || found->second->deadline > deadline) return false;
  found->second->waiters.push_back(std::move(waiter));
  return true;
}

// SET is no tracked read: one's own making is not announced, what comes after the GET is.
void NearMarks::send(const std::shared_ptr<Fetch>& fetch) {
  fetch->pass = wire_.try_pass(fetch->name);
  if (!fetch->pass) return finish(fetch, {});
  ++fetch->reads_count;
  const std::string bytes = bytes_of(fetch->proposed);
  const std::string ttl = std::to_string(mark_ttl_ms);
  const std::string_view make[] = {"SET", fetch->name, bytes, "PX", ttl, "NX"};
  const std::string_view left[] = {"PTTL", fetch->name};
  const std::string_view get[] = {"GET", fetch->name};
  redis::Call calls[3];
  const auto request = [&fetch](std::span<const std::string_view> words) {
    return redis::Request{
        .arguments = words, .key = fetch->name, .deadline = fetch->deadline, .is_idempotent = true};
  };
  calls[0].request = request(make);
  if (fetch->is_wrong) calls[0].request.arguments = std::span(make).first(5);
  calls[0].handler = [](const redis::ReplyHandler::Outcome&, const redis::Answerer&) {};
  calls[1].request = request(left);
  calls[1].handler = [fetch](const redis::ReplyHandler::Outcome& outcome, const redis::Answerer&) {
    fetch->left_ms = is_answer(outcome) ? outcome.value().integer() : 0;
  };
  calls[2].request = request(get);
  calls[2].handler = [this, fetch](const redis::ReplyHandler::Outcome& outcome,
                                   const redis::Answerer& answerer) {
    take_mark(fetch, outcome, answerer);
  };
  wire_.client().execute_all(calls);
}

void NearMarks::take_mark(const std::shared_ptr<Fetch>& fetch,
                          const redis::ReplyHandler::Outcome& outcome,
                          const redis::Answerer& answerer) {
  wire_.settle(fetch->pass, outcome);
  if (!outcome) return finish(fetch, {});
  const std::optional<MarkId> id =
      is_answer(outcome) ? find_mark(outcome.value().text()) : std::nullopt;
  bool is_present = false;
  NearMark mark;
  if (id) {
    MutexLock lock(mutex_);
    is_present = keep(*fetch, *id, answerer.link, mark);
  }
  if (is_present) return finish(fetch, mark);
  // An error of the server, or something that is no mark, which is replaced.
  fetch->is_wrong = !id && !outcome.value().is_null();
  if (fetch->reads_count < max_reads_count) return send(fetch);
  finish(fetch, {});
}

bool NearMarks::keep(Fetch& fetch, MarkId id, const redis::LinkIdentity& link, NearMark& mark) {
  if (std::exchange(fetch.is_outdated, false)) return false;
  mark = {.id = id,
          .known_since = ++sequence_,
          .was_made = id == fetch.proposed,
          .is_told = link.is_tracking};
  if (!link.is_tracking || !fetch.is_shared) return true;
  if (kept_.size() >= max_kept) kept_.clear();
  const std::int64_t left_ms =
      std::clamp<std::int64_t>(fetch.left_ms, 0, static_cast<std::int64_t>(mark_ttl_ms) * 100);
  kept_[fetch.name] = {.id = id,
                       .known_since = mark.known_since,
                       .link_id = link.id,
                       .ends_at = wire_.now() + std::chrono::milliseconds(left_ms)};
  return true;
}

void NearMarks::finish(const std::shared_ptr<Fetch>& fetch, std::optional<NearMark> mark) {
  std::vector<Waiter> waiters;
  {
    MutexLock lock(mutex_);
    waiters.swap(fetch->waiters);
    if (fetch->is_shared) fetches_.erase(fetch->name);
  }
  for (const Waiter& waiter : waiters) deliver(waiter, mark);
}

void NearMarks::deliver(const Waiter& waiter, const std::optional<NearMark>& mark) {
  std::vector<NearMark> marks;
  {
    MutexLock lock(waiter.gather->mutex);
    if (mark) waiter.gather->marks[waiter.index] = *mark;
    if (--waiter.gather->missing_count != 0) return;
    marks = std::move(waiter.gather->marks);
  }
  waiter.gather->done(std::move(marks));
}

std::optional<NearMark> NearMarks::peek(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = kept_.find(name);
  if (found == kept_.end() || found->second.link_id == 0) return {};
  return NearMark{
      .id = found->second.id, .known_since = found->second.known_since, .is_told = true};
}

std::optional<MarkId> NearMarks::last_known(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = kept_.find(name);
  return found == kept_.end() ? std::nullopt : std::optional(found->second.id);
}

std::uint64_t NearMarks::sequence() const {
  MutexLock lock(mutex_);
  return sequence_;
}

// PEXPIRE counts as a change and is announced, so it is sent when it is needed only.
void NearMarks::keep_alive(const std::string& name, std::uint64_t total_ms) {
  const TimePoint until = wire_.now() + std::chrono::milliseconds(total_ms);
  {
    MutexLock lock(mutex_);
    const auto found = kept_.find(name);
    if (found == kept_.end() || found->second.ends_at > until) return;
  }
  const std::string ttl = std::to_string(total_ms + mark_ttl_ms);
  wire_.tell({"PEXPIRE", name, ttl, "GT"}, name);
}

void NearMarks::forget(std::string_view name) {
  const std::string owned(name);
  MutexLock lock(mutex_);
  kept_.erase(owned);
  const auto fetch = fetches_.find(owned);
  if (fetch != fetches_.end()) fetch->second->is_outdated = true;
}

void NearMarks::forget_all() {
  MutexLock lock(mutex_);
  kept_.clear();
  for (const auto& [name, fetch] : fetches_) fetch->is_outdated = true;
}

void NearMarks::on_link_lost(std::uint64_t link_id) {
  MutexLock lock(mutex_);
  for (auto& [name, kept] : kept_) {
    if (kept.link_id == link_id) kept.link_id = 0;
  }
}

}  // namespace nacre::remote
