// One entry as it travels between tiers: a value with its times, tags and stamp.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/validators.hpp"
#include "nacre/value.hpp"
#include "tier/stamp.hpp"

namespace nacre {

/// What few entries have: tags, validators, a sliding lifetime. Immutable once shared.
struct EntryNotes {
  std::vector<std::string> tags{};
  std::vector<std::uint64_t> tag_hashes{};  ///< of `tags`, in the same order
  Validators validators{};
  Duration sliding_ttl{};  ///< 0: not sliding
  Duration max_ttl{};      ///< from loaded_at, for sliding entries

  /// Bytes on the heap, for the memory budget.
  std::size_t heap_bytes() const noexcept;
};

/// Shared ownership of notes; usually empty, and then free of cost. As std::shared_ptr, but half as
/// wide: it stands in every entry.
class NotesRef {
 public:
  NotesRef() noexcept = default;
  static NotesRef make(EntryNotes notes);
  NotesRef(const NotesRef& other) noexcept : cell_(other.cell_) {
    if (cell_ != nullptr) cell_->references.fetch_add(1, std::memory_order_relaxed);
  }
  NotesRef(NotesRef&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  NotesRef& operator=(NotesRef other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~NotesRef() {
    if (cell_ != nullptr) release();
  }

  explicit operator bool() const noexcept { return cell_ != nullptr; }
  const EntryNotes& operator*() const noexcept { return cell_->notes; }
  const EntryNotes* operator->() const noexcept { return &cell_->notes; }
  const EntryNotes* get() const noexcept { return cell_ == nullptr ? nullptr : &cell_->notes; }

 private:
  struct Cell {
    std::atomic<std::uint32_t> references{1};
    EntryNotes notes{};
  };
  void release() noexcept;

  Cell* cell_ = nullptr;
};

/// When an entry is fresh, stale and dead. All on one Clock.
struct Lifetime {
  TimePoint loaded_at{};
  TimePoint fresh_until{};
  Duration stale_while_revalidate{};  ///< from fresh_until
  Duration stale_if_error{};          ///< from fresh_until
};

/// A value, or (when `value` is empty) the knowledge that there is none.
struct Entry {
  Value value{};
  Lifetime lifetime{};
  Stamp stamp{};
  NotesRef notes{};

  /// A near copy that no shared tier vouches for: it is checked there before it counts as fresh.
  bool is_unchecked = false;

  bool is_negative() const noexcept { return !value; }
};

}  // namespace nacre
