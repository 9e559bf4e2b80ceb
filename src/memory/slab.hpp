// Room for the nodes of one shard: slots of about 40 sizes in pages of 4 KiB, named by 32 bits.
//
// A page holds slots of one size. Pages that become empty serve any size again or go back to the
// kernel, and pages that become sparse are offered for evacuation: so a change of the key sizes
// does not leave room behind that nobody can use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/address_range.hpp"
#include "memory/node.hpp"

namespace nacre::memory {

/// Hands out slots. Not thread safe. All calls are O(1), evacuate() O(slots of a page).
class Slab final {
 public:
  /// Room for `max_bytes` of slots, at most 16 GiB.
  explicit Slab(std::size_t max_bytes);

  std::byte* at(Ref ref) const noexcept {
    return slots_.base() + std::size_t{ref} * ref_unit_bytes;
  }

  /// What a slot for `bytes` takes, rounding included. `bytes` is at most the size of a node with
  /// the longest key.
  static std::size_t slot_bytes(std::size_t bytes) noexcept;

  /// By how much allocate(bytes) would raise resident_bytes().
  std::size_t growth_for(std::size_t bytes) const noexcept;

  /// A slot, or 0 when the range is used up.
  [[nodiscard]] Ref allocate(std::size_t bytes) noexcept;

  void free(Ref ref) noexcept;

  /// Gives one empty page back to the kernel. False when there is none.
  bool release_empty_page() noexcept;

  /// Moves the slots of one page that is half empty or less to other pages and frees the page.
  /// `move(from, to)` moves one. False when no page is sparse.
  template <class Move>
  bool evacuate_sparse_page(Move move);

  /// Memory that is in use or kept, rounded to pages.
  std::size_t resident_bytes() const noexcept;

 private:
  using PageIndex = std::uint32_t;

  struct Page {
    std::uint8_t size_class = no_class;
    bool is_queued = false;  ///< stands in sparse_pages_
    std::uint16_t used_count = 0;
    std::uint16_t first_free = 0;  ///< slot + 1; each free slot begins with the next one's
    std::uint16_t fresh_slot = 0;  ///< slots from here on have never been used
    PageIndex next = 0;            ///< in the list of its class, or of empty pages
    PageIndex previous = 0;
  };

  struct SizeClass {
    PageIndex partial = 0;       ///< pages with a free slot
    std::size_t free_slots = 0;  ///< in those pages
  };

  static constexpr std::uint8_t no_class = 255;
  static constexpr std::size_t class_limit = 48;
  static constexpr std::size_t max_slots_a_page = page_bytes / sizeof(Node);
  /// Empty pages beyond this and a 32nd of all go back to the kernel at once.
  static constexpr std::size_t kept_empty_pages = 16;

  Page& page(PageIndex index) const noexcept {
    return reinterpret_cast<Page*>(pages_.base())[index];
  }
  static PageIndex page_of(Ref ref) noexcept {
    return static_cast<PageIndex>(std::size_t{ref} * ref_unit_bytes / page_bytes);
  }
  Ref ref_of(PageIndex index, std::size_t slot) const noexcept;

  Ref take_slot(PageIndex index) noexcept;
  PageIndex take_page(std::uint8_t size_class) noexcept;
  void link_partial(PageIndex index) noexcept;
  void unlink_partial(PageIndex index) noexcept;
  void retire(PageIndex index) noexcept;
  bool is_worth_evacuating(PageIndex index) const noexcept;
  PageIndex next_sparse_page() noexcept;
  std::size_t live_slots(PageIndex index, std::span<std::uint16_t> slots) const noexcept;

  AddressRange slots_;
  AddressRange pages_;
  std::size_t max_pages_ = 0;
  std::size_t page_count_ = 1;  ///< ever used; page 0 stays empty, so that no ref is 0
  std::size_t busy_count_ = 0;  ///< pages that hold slots
  std::size_t empty_count_ = 0;
  PageIndex empty_pages_ = 0;     ///< still resident
  PageIndex released_pages_ = 0;  ///< given back to the kernel
  SizeClass classes_[class_limit] = {};
  std::vector<PageIndex> sparse_pages_;  ///< seen sparse; looked at again before use
};

template <class Move>
bool Slab::evacuate_sparse_page(Move move) {
  const PageIndex index = next_sparse_page();
  if (index == 0) return false;
  const std::uint8_t size_class = page(index).size_class;
  // Out of the list, so that its slots move elsewhere.
  unlink_partial(index);
  std::uint16_t slots[max_slots_a_page];
  const std::size_t count = live_slots(index, slots);
  for (std::size_t position = 0; position < count; ++position) {
    const Ref to = take_slot(classes_[size_class].partial);
    move(ref_of(index, slots[position]), to);
  }
  retire(index);
  return true;
}

}  // namespace nacre::memory
