// Whether what the server says may be believed: not while a change waits to reach it, nor before a
// server that answers anew is known to be the one that was there before.
#pragma once

#include <atomic>
#include <span>
#include <string>

#include "remote/pending_changes.hpp"

namespace nacre::remote {

/// Thread safe.
class Trust {
 public:
  explicit Trust(const PendingChanges& pending) : pending_(pending) {}

  bool is_given(const KeyView& key) const { return checks_ == 0 && !pending_.concerns(key); }
  bool is_given(const KeyView& key, const EntryNotes* notes) const {
    if (notes == nullptr) return is_given(key);
    return checks_ == 0 && !pending_.concerns(key, notes->tags);
  }

  /// Each check that begins must end.
  void begin_check() noexcept { ++checks_; }
  void end_check() noexcept { --checks_; }
  bool is_checked() const noexcept { return checks_ == 0; }

 private:
  const PendingChanges& pending_;
  std::atomic<int> checks_{0};
};

}  // namespace nacre::remote
