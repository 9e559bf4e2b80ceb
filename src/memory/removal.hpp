// Entries on their way out: taken from the shard under its lock, reported and destroyed after it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "memory/cost.hpp"
#include "memory/node.hpp"
#include "nacre/events.hpp"
#include "tier/entry.hpp"
#include "tier/namespace.hpp"
#include "tier/removed_entry.hpp"

namespace nacre::memory {

/// What one slice of work has removed. Destroying a value may run code of its owner, so it must
/// happen outside the lock, as must the report.
class RemovalBatch final {
 public:
  /// `sink` may be empty: then keys are not copied.
  explicit RemovalBatch(const RemovalSink& sink) noexcept : sink_(sink) {}
  RemovalBatch(const RemovalBatch&) = delete;
  RemovalBatch& operator=(const RemovalBatch&) = delete;

  /// Takes value and notes out of `node`. Under the lock.
  void take(Node& node, const detail::Namespace& space, RemovalReason reason) {
    Leaving& leaving = entries_.emplace_back();
    leaving.entry.space = &space;
    if (sink_) leaving.entry.key = node.key();
    leaving.entry.value = std::move(node.value);
    leaving.entry.reason = reason;
    if (NodeExtras* const extras = node.extras()) leaving.notes = std::move(extras->notes);
    bytes_ += cost_of(leaving.entry.value);
  }

  /// Reports and destroys. Outside all locks.
  void deliver() {
    for (Leaving& leaving : entries_) {
      if (sink_) sink_(std::move(leaving.entry));
    }
    entries_.clear();
    bytes_ = 0;
  }

  std::size_t count() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Leaving {
    RemovedEntry entry{};
    NotesRef notes{};
  };

  const RemovalSink& sink_;
  std::vector<Leaving> entries_;
  std::size_t bytes_ = 0;
};

/// How much one lock hold may still do, and where it puts what it removes.
struct Slice {
  /// Entries looked at in one lock hold: some 50 us at most.
  static constexpr std::size_t max_steps = 512;
  /// Removed values wait outside the budget until the lock is free: this much at a time.
  static constexpr std::size_t max_removed_bytes = std::size_t{256} << 10;

  RemovalBatch& removed;
  std::size_t steps_left = max_steps;

  bool is_spent() const noexcept { return steps_left == 0 || removed.bytes() >= max_removed_bytes; }
};

}  // namespace nacre::memory
