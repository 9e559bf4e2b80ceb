#include "remote/links.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "remote/names.hpp"

namespace nacre::remote {
namespace {

/// The value of a field in what INFO answers.
std::string_view field_of(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size());
  return rest.substr(0, rest.find_first_of("\r\n"));
}

}  // namespace

void Links::open() {
  std::vector<std::string> nodes;
  {
    MutexLock lock(telling_mutex_);
    is_open_ = true;
    for (const auto& [id, link] : links_) nodes.push_back(link.node);
  }
  for (const std::string& node : nodes) check_server(node, false);
}

void Links::start(NearCopies& copies) {
  copies_ = &copies;
  settle();
}

void Links::stop() {
  MutexLock lock(telling_mutex_);
  copies_ = nullptr;
}

bool Links::tells_changes() const {
  MutexLock lock(telling_mutex_);
  return is_connected_;
}

void Links::on_link_ready(const redis::LinkIdentity& link) {
  bool is_anew = false;
  {
    MutexLock lock(telling_mutex_);
    links_[link.id] = {.node = std::string(link.node),
                       .is_tracking = link.is_tracking,
                       .heard_at = parts_.wire.now()};
    is_anew = was_cut_;
    if (!is_open_) return;
  }
  parts_.wire.breakers().of(link.node_number).end_wait();
  check_server(std::string(link.node), is_anew);
}

// A server that was started again may have lost what it had acknowledged. Until it is known which
// one answers, nothing is believed.
void Links::check_server(const std::string& node, bool is_anew) {
  if (is_anew) parts_.trust.begin_check();
  const std::string_view words[] = {"INFO", "server"};
  parts_.wire.client().execute(
      {.arguments = words, .node = node},
      [this, node, is_anew](const redis::ReplyHandler::Outcome& outcome, const redis::Answerer&) {
        take_server(
            node,
            is_answer(outcome) ? field_of(outcome.value().text(), "run_id:") : std::string_view(),
            is_anew);
      });
}

void Links::take_server(const std::string& node, std::string_view run_id, bool is_anew) {
  // A tier that is being shut down is not answered, which says nothing of the server.
  if (parts_.wire.is_closed()) return;
  bool is_another = false;
  {
    MutexLock lock(telling_mutex_);
    std::string& known = run_ids_[node];
    // One that does not say who it is may be anybody.
    is_another = is_anew && (run_id.empty() || run_id != known);
    if (!run_id.empty()) known = run_id;
  }
  const std::shared_ptr<Replay> replay = replay_.lock();
  if (is_another) {
    parts_.wire.log().warning("remote.another_server",
                              "another server answers at {}; what was invalidated lately is "
                              "repeated",
                              node);
    if (replay) repeat_recent(*replay);
  }
  if (is_anew) parts_.trust.end_check();
  if (replay) replay->hurry();
}

void Links::repeat_recent(Replay& replay) {
  for (Change& change : parts_.recent.take(parts_.wire.now())) replay.keep(std::move(change));
}

void Links::settle() {
  // Not under the lock: a client may tell of what moves while it holds its own.
  const redis::Primaries primaries = parts_.wire.client().primaries();
  MutexLock lock(telling_mutex_);
  NearCopies* const copies = copies_;
  if (is_connected_ || copies == nullptr || !is_whole(primaries)) return;
  if (!parts_.trust.is_checked() || !parts_.pending.empty()) return;
  is_connected_ = true;
  if (was_cut_) copies->on_unknown(parts_.wire.now());
  copies->on_connected();
}

bool Links::is_whole(const redis::Primaries& primaries) const {
  const std::size_t threads_count = parts_.wire.options().io_threads_count;
  const auto is_there = [this,
                         threads_count](const std::string& node) NACRE_REQUIRES(telling_mutex_) {
    const auto count = std::count_if(links_.begin(), links_.end(), [&node](const auto& each) {
      return each.second.is_tracking && each.second.node == node;
    });
    return static_cast<std::size_t>(count) >= threads_count && run_ids_.contains(node);
  };
  return primaries.is_whole &&
         std::all_of(primaries.nodes.begin(), primaries.nodes.end(), is_there);
}

void Links::on_link_lost(const redis::LinkIdentity& link) {
  parts_.marks.on_link_lost(link.id);
  {
    MutexLock lock(telling_mutex_);
    const auto found = links_.find(link.id);
    if (found == links_.end()) return;
    const LinkState lost = std::move(found->second);
    links_.erase(found);
    was_cut_ = true;
    is_connected_ = false;
    NearCopies* const copies = copies_;
    if (lost.is_tracking && copies != nullptr) copies->on_unknown(lost.heard_at);
  }
  parts_.wire.log().warning("remote.lost", "the link to {} is lost; near copies are unchecked",
                            link.node);
  waiters_->wake_all();
}

void Links::on_heard(const redis::LinkIdentity& link, TimePoint sent_at) {
  {
    MutexLock lock(telling_mutex_);
    const auto found = links_.find(link.id);
    if (found != links_.end()) found->second.heard_at = std::max(found->second.heard_at, sent_at);
    if (is_connected_) return;
  }
  // Nothing else tells that a node which is not there is no primary any more.
  settle();
}

void Links::on_invalidated(const redis::LinkIdentity& /*link*/, resp::Reply keys) {
  if (keys.is_null()) return forget_all(parts_.wire.now());
  for (const resp::Reply key : keys) pass_on(key.text());
}

void Links::pass_on(std::string_view name) {
  const std::optional<ParsedName> parsed = parse_name(name);
  if (!parsed) return;
  NearCopies* const copies = copies_;
  switch (parsed->kind) {
    case NameKind::lease:
      return waiters_->wake(value_name(parsed->space, parsed->text));
    case NameKind::value:
      if (copies != nullptr) copies->on_key_changed(parsed->space, parsed->text);
      return waiters_->wake(value_name(parsed->space, parsed->text));
    case NameKind::tag_mark:
      parts_.marks.forget(name);
      if (copies != nullptr) copies->on_tag_changed(parsed->space, parsed->text);
      return;
    case NameKind::space_mark:
      parts_.marks.forget(name);
      if (copies != nullptr) copies->on_space_changed(parsed->space);
      return;
  }
}

void Links::tell_claim_lost(const OwnedKey& key) {
  NearCopies* const copies = copies_;
  if (copies != nullptr) copies->on_claim_lost(key.space->name, key.text);
}

void Links::tell_unknown() {
  parts_.wire.log().warning("remote.unknown", "changes may have been missed: nothing near is sure");
  forget_all(parts_.wire.now());
}

void Links::forget_all(TimePoint cut_at) {
  parts_.marks.forget_all();
  {
    MutexLock lock(telling_mutex_);
    NearCopies* const copies = copies_;
    if (copies != nullptr) {
      copies->on_unknown(cut_at);
      // The links are there: what is read from now on is told.
      if (is_connected_) copies->on_connected();
    }
  }
  waiters_->wake_all();
}

// Nothing tells which keys those are without a look at each name: everything is unknown.
void Links::on_slots_moved(std::uint16_t /*first*/, std::uint16_t /*last*/) {
  tell_unknown();
}

void Links::on_primary_changed(std::string_view /*node*/) {
  if (const std::shared_ptr<Replay> replay = replay_.lock()) {
    repeat_recent(*replay);
    replay->hurry();
  }
  tell_unknown();
}

}  // namespace nacre::remote
