// How one change is made in Redis: the commands of each kind, and what follows when they have been
// executed.
#pragma once

#include <functional>
#include <optional>

#include "remote/near_marks.hpp"
#include "remote/pending_changes.hpp"
#include "remote/wire.hpp"

namespace nacre::remote {

/// `entry` as it is sent now; nullopt for what is not stored: too large, without bytes, or negative
/// where bare bytes are stored.
std::optional<StoredBytes> stored_form(const Wire& wire, const KeyView& key, const Entry& entry,
                                       const EntryMarks& marks);

/// Thread safe. Callbacks run on an io thread, or inside the call when nothing can be sent.
class Changes {
 public:
  Changes(Wire& wire, NearMarks& marks, RecentChanges& recent)
      : wire_(wire), marks_(marks), recent_(recent) {}

  /// Makes `change`: one round trip. False: it may not have been made.
  void send(const Change& change, Deadline deadline, ReachedDone done);

  /// A direct write of what was encoded. Settles `pass`.
  void send_write(Pass pass, const KeyView& key, const StoredBytes& stored, Deadline deadline,
                  SharedStoreDone done);

 private:
  void send_kept_write(const Change& change, Deadline deadline, ReachedDone done);
  void change_value(const Change& change, Deadline deadline, redis::ReplyHandler handler);
  void change_mark(const Change& change, Deadline deadline, redis::ReplyHandler handler);

  Wire& wire_;
  NearMarks& marks_;
  RecentChanges& recent_;
};

}  // namespace nacre::remote
