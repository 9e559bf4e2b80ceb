#include "remote/sweeps.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "remote/names.hpp"

namespace nacre::remote {
namespace {

// Keys the server looks at for one page: about 0.1 ms of its time.
constexpr std::string_view page_count = "512";

/// One sweep over all primaries: a page, what is to be changed of it, the next page.
class Walk final : public std::enable_shared_from_this<Walk> {
 public:
  Walk(Parts& parts, SharedSweep sweep, ReachedDone done)
      : parts_(parts),
        sweep_(std::move(sweep)),
        done_(std::move(done)),
        primaries_(parts.wire.client().primaries()) {}

  void ask();

 private:
  struct Page;

  std::string pattern() const;
  void take_page(resp::Reply reply);
  void change(const std::string& key, const std::shared_ptr<Page>& page);
  void end_lease(const std::string& key, const std::shared_ptr<Page>& page);
  void look_at(const std::string& key, const std::shared_ptr<Page>& page);
  void end_one(const std::shared_ptr<Page>& page, bool has_reached);
  void end_page();

  Parts& parts_;
  const SharedSweep sweep_;
  const ReachedDone done_;
  const redis::Primaries primaries_;
  // Written by one page's end and read by the next one.
  bool is_at_values_ = false;
  std::size_t node_index_ = 0;  ///< in primaries_
  std::string cursor_ = "0";
  std::string next_cursor_ = "0";
};

struct Walk::Page {
  std::atomic<std::size_t> missing_count{1};
  std::atomic<bool> is_whole{true};
};

std::string Walk::pattern() const {
  const std::string& space = sweep_.space->name;
  if (is_at_values_) return escape_pattern(space + ":" + sweep_.literal_prefix) + "*";
  const std::string leases = escape_pattern(space) + ":~lease:{*}:";
  return sweep_.looks_at_tags ? leases + "*" : leases + escape_pattern(sweep_.literal_prefix) + "*";
}

void Walk::ask() {
  if (!primaries_.is_whole || primaries_.nodes.empty()) return done_(false);
  const std::string& node = primaries_.nodes[node_index_];
  if (!parts_.wire.may_ask_node(node)) return done_(false);
  const std::string match = pattern();
  const std::string_view words[] = {"SCAN", cursor_, "MATCH", match, "COUNT", page_count};
  parts_.wire.client().execute(
      {.arguments = words, .node = node, .is_idempotent = true},
      [self = shared_from_this()](const redis::ReplyHandler::Outcome& outcome,
                                  const redis::Answerer&) {
        if (!is_answer(outcome) || outcome.value().size() != 2) return self->done_(false);
        self->take_page(outcome.value());
      });
}

void Walk::take_page(resp::Reply reply) {
  next_cursor_ = reply[0].text();
  auto page = std::make_shared<Page>();
  for (const resp::Reply each : reply[1]) {
    const std::optional<ParsedName> name = parse_name(each.text());
    if (!name || name->space != sweep_.space->name) continue;
    const std::string key(name->text);
    ++page->missing_count;
    if (name->kind == NameKind::lease && !is_at_values_) {
      end_lease(key, page);
    } else if (name->kind == NameKind::value && is_at_values_ &&
               key.starts_with(sweep_.literal_prefix)) {
      look_at(key, page);
    } else {
      --page->missing_count;
    }
  }
  end_one(page, true);
}

void Walk::end_lease(const std::string& key, const std::shared_ptr<Page>& page) {
  if (!sweep_.looks_at_tags && !sweep_.matches(key, {})) return end_one(page, true);
  const std::string lease = lease_name(sweep_.space->name, key);
  const std::string_view words[] = {"UNLINK", lease};
  parts_.wire.client().execute(
      {.arguments = words, .key = lease, .is_idempotent = true},
      [self = shared_from_this(), page](const redis::ReplyHandler::Outcome& outcome,
                                        const redis::Answerer&) {
        self->end_one(page, is_answer(outcome));
      });
}

void Walk::look_at(const std::string& key, const std::shared_ptr<Page>& page) {
  if (!sweep_.looks_at_tags) {
    if (!sweep_.matches(key, {})) return end_one(page, true);
    return change(key, page);
  }
  const std::string name = value_name(sweep_.space->name, key);
  const std::string_view words[] = {"GET", name};
  parts_.wire.client().execute(
      {.arguments = words, .key = name, .is_idempotent = true},
      [self = shared_from_this(), page, key](const redis::ReplyHandler::Outcome& outcome,
                                             const redis::Answerer&) {
        if (!outcome) return self->end_one(page, false);
        if (outcome.value().is_error() || outcome.value().is_null()) {
          return self->end_one(page, true);
        }
        Envelope envelope;
        const EnvelopeKind kind = decode_envelope(
            outcome.value().text(), key_digest(self->sweep_.space->name, key), envelope);
        std::vector<std::string> tags;
        for (TagMark& each : envelope.tags) tags.push_back(std::move(each.tag));
        // What cannot be read may have any tag.
        const bool is_meant = kind == EnvelopeKind::corrupt || self->sweep_.matches(key, tags);
        if (!is_meant) return self->end_one(page, true);
        self->change(key, page);
      });
}

void Walk::change(const std::string& key, const std::shared_ptr<Page>& page) {
  parts_.changes.send(
      {.space = sweep_.space, .text = key, .severity = sweep_.severity}, {},
      [self = shared_from_this(), page](bool has_reached) { self->end_one(page, has_reached); });
}

void Walk::end_one(const std::shared_ptr<Page>& page, bool has_reached) {
  if (!has_reached) page->is_whole = false;
  if (--page->missing_count != 0) return;
  if (!page->is_whole) return done_(false);
  end_page();
}

void Walk::end_page() {
  cursor_ = next_cursor_;
  if (cursor_ == "0" && ++node_index_ == primaries_.nodes.size()) {
    if (is_at_values_) {
      // What has moved meanwhile may have been on no node when that was looked at.
      return done_(parts_.wire.client().primaries().version == primaries_.version);
    }
    is_at_values_ = true;
    node_index_ = 0;
  }
  ask();
}

}  // namespace

void Sweeps::run(SharedSweep sweep, ReachedDone done) {
  std::make_shared<Walk>(parts_, std::move(sweep), std::move(done))->ask();
}

}  // namespace nacre::remote
