// Direct writes and changes: at once where they can be, kept where they cannot.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "remote/parts.hpp"
#include "remote/replay.hpp"

namespace nacre::remote {

/// As SharedWrites says. Thread safe.
class Writes {
 public:
  Writes(Parts& parts, Sweeps& sweeps, std::shared_ptr<Replay> replay)
      : parts_(parts), sweeps_(sweeps), replay_(std::move(replay)) {}

  void write(const KeyView& key, Entry entry, Deadline deadline, bool is_strict,
             SharedStoreDone done);
  void change(Change change, Deadline deadline, ReachedDone done);
  void change_tags(const Namespace& space, std::span<const std::string> tags, Severity severity,
                   Deadline deadline, const ReachedDone& done);
  void sweep(SharedSweep sweep, ReachedDone done);
  void extend(const KeyView& key, Duration ttl, Deadline deadline,
              std::function<void(bool was_present)> done);

 private:
  struct Writing;
  struct Extending;

  void write_with(const std::shared_ptr<Writing>& writing,
                  const std::optional<std::vector<NearMark>>& marks);
  void send_write(Pass pass, const std::shared_ptr<Writing>& writing, const StoredBytes& stored,
                  bool is_told);
  void keep(Writing& writing);
  std::shared_ptr<const KeptWrite> kept_of(Writing& writing);
  void extend_raw(const std::shared_ptr<Extending>& extending);
  void read_for_extending(const std::shared_ptr<Extending>& extending);
  void extend_with(const std::shared_ptr<Extending>& extending,
                   const std::optional<std::vector<NearMark>>& marks);

  Parts& parts_;
  Sweeps& sweeps_;
  const std::shared_ptr<Replay> replay_;
};

}  // namespace nacre::remote
