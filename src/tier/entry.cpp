#include "tier/entry.hpp"

namespace nacre {

namespace {

std::size_t owned_bytes(const std::string& text) noexcept {
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

}  // namespace

std::size_t EntryNotes::heap_bytes() const noexcept {
  std::size_t bytes = sizeof(EntryNotes) + tags.capacity() * sizeof(std::string) +
                      tag_hashes.capacity() * sizeof(std::uint64_t) + owned_bytes(validators.etag) +
                      owned_bytes(validators.last_modified);
  for (const std::string& tag : tags) bytes += owned_bytes(tag);
  return bytes;
}

NotesRef NotesRef::make(EntryNotes notes) {
  NotesRef ref;
  ref.cell_ = new Cell{.notes = std::move(notes)};
  return ref;
}

void NotesRef::release() noexcept {
  if (cell_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete cell_;
}

}  // namespace nacre
