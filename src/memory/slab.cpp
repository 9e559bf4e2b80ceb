#include "memory/slab.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>

#include "base/check.hpp"

namespace nacre::memory {

namespace {

constexpr std::size_t max_node_bytes = Node::bytes_for(max_key_bytes, true);

/// Small sizes step by 8; larger ones are what fills a page with a whole number of slots.
struct SizeTable {
  std::array<std::uint16_t, 48> slot_bytes{};
  std::size_t class_count = 0;
  std::array<std::uint8_t, max_node_bytes / ref_unit_bytes + 1> class_of_units{};
};

constexpr SizeTable make_sizes() {
  SizeTable table;
  std::size_t bytes = sizeof(Node) + ref_unit_bytes;
  while (true) {
    table.slot_bytes[table.class_count++] = static_cast<std::uint16_t>(bytes);
    if (bytes >= max_node_bytes) break;
    if (bytes < 160) {
      bytes += ref_unit_bytes;
    } else {
      // One slot a page fewer, or steps of a tenth where that would make too many classes.
      const std::size_t fewer = std::min(page_bytes / bytes - 1, page_bytes * 10 / (bytes * 11));
      bytes = page_bytes / fewer & ~(ref_unit_bytes - 1);
    }
  }
  std::size_t size_class = 0;
  for (std::size_t units = 0; units < table.class_of_units.size(); ++units) {
    while (table.slot_bytes[size_class] < units * ref_unit_bytes) ++size_class;
    table.class_of_units[units] = static_cast<std::uint8_t>(size_class);
  }
  return table;
}

constexpr SizeTable sizes = make_sizes();
static_assert(sizes.class_count <= 48);
static_assert(page_bytes / sizes.slot_bytes[sizes.class_count - 1] >= 3);

constexpr std::uint8_t class_for(std::size_t bytes) noexcept {
  return sizes.class_of_units[(bytes + ref_unit_bytes - 1) / ref_unit_bytes];
}

constexpr std::size_t slots_in_page(std::uint8_t size_class) noexcept {
  return page_bytes / sizes.slot_bytes[size_class];
}

constexpr std::size_t addressable_bytes = (std::size_t{max_ref} + 1) * ref_unit_bytes;

}  // namespace

Slab::Slab(std::size_t max_bytes)
    : slots_(std::min(in_pages(max_bytes) + page_bytes, addressable_bytes)),
      pages_((std::min(in_pages(max_bytes) + page_bytes, addressable_bytes) / page_bytes) *
             sizeof(Page)),
      max_pages_(std::min(in_pages(max_bytes) + page_bytes, addressable_bytes) / page_bytes) {
  static_assert(class_limit >= sizes.slot_bytes.size());
}

std::size_t Slab::slot_bytes(std::size_t bytes) noexcept {
  return sizes.slot_bytes[class_for(bytes)];
}

Ref Slab::ref_of(PageIndex index, std::size_t slot) const noexcept {
  const std::size_t offset =
      std::size_t{index} * page_bytes + slot * sizes.slot_bytes[page(index).size_class];
  return static_cast<Ref>(offset / ref_unit_bytes);
}

std::size_t Slab::growth_for(std::size_t bytes) const noexcept {
  if (classes_[class_for(bytes)].partial != 0 || empty_pages_ != 0) return 0;
  if (released_pages_ != 0) return page_bytes;
  return page_bytes + in_pages((page_count_ + 1) * sizeof(Page)) -
         in_pages(page_count_ * sizeof(Page));
}

Ref Slab::allocate(std::size_t bytes) noexcept {
  const std::uint8_t size_class = class_for(bytes);
  PageIndex index = classes_[size_class].partial;
  if (index == 0) index = take_page(size_class);
  return index == 0 ? 0 : take_slot(index);
}

Ref Slab::take_slot(PageIndex index) noexcept {
  Page& home = page(index);
  std::size_t slot = home.fresh_slot;
  if (home.first_free != 0) {
    slot = home.first_free - std::size_t{1};
    std::memcpy(&home.first_free, at(ref_of(index, slot)), sizeof(home.first_free));
  } else {
    ++home.fresh_slot;
  }
  ++home.used_count;
  --classes_[home.size_class].free_slots;
  if (home.used_count == slots_in_page(home.size_class)) unlink_partial(index);
  return ref_of(index, slot);
}

void Slab::free(Ref ref) noexcept {
  const PageIndex index = page_of(ref);
  Page& home = page(index);
  NACRE_CHECK(home.used_count != 0);
  const std::size_t slot = (std::size_t{ref} * ref_unit_bytes - std::size_t{index} * page_bytes) /
                           sizes.slot_bytes[home.size_class];
  const bool was_full = home.used_count == slots_in_page(home.size_class);
  std::memcpy(at(ref), &home.first_free, sizeof(home.first_free));
  home.first_free = static_cast<std::uint16_t>(slot + 1);
  --home.used_count;
  if (was_full) {
    link_partial(index);
  } else {
    ++classes_[home.size_class].free_slots;
  }
  if (home.used_count == 0) {
    unlink_partial(index);
    retire(index);
  } else if (!home.is_queued && is_worth_evacuating(index)) {
    home.is_queued = true;
    sparse_pages_.push_back(index);
  }
}

Slab::PageIndex Slab::take_page(std::uint8_t size_class) noexcept {
  PageIndex index = empty_pages_;
  if (index != 0) {
    empty_pages_ = page(index).next;
    --empty_count_;
  } else if (released_pages_ != 0) {
    index = released_pages_;
    released_pages_ = page(index).next;
  } else {
    if (page_count_ == max_pages_ || !slots_.try_commit((page_count_ + 1) * page_bytes) ||
        !pages_.try_commit((page_count_ + 1) * sizeof(Page))) {
      return 0;
    }
    index = static_cast<PageIndex>(page_count_++);
  }
  ++busy_count_;
  // is_queued outlives the change of use: the page may still stand in sparse_pages_.
  Page& taken = page(index);
  taken = Page{.size_class = size_class, .is_queued = taken.is_queued};
  link_partial(index);
  return index;
}

void Slab::link_partial(PageIndex index) noexcept {
  Page& linked = page(index);
  SizeClass& size_class = classes_[linked.size_class];
  linked.previous = 0;
  linked.next = size_class.partial;
  if (size_class.partial != 0) page(size_class.partial).previous = index;
  size_class.partial = index;
  size_class.free_slots += slots_in_page(linked.size_class) - linked.used_count;
}

void Slab::unlink_partial(PageIndex index) noexcept {
  Page& linked = page(index);
  SizeClass& size_class = classes_[linked.size_class];
  if (linked.previous != 0) page(linked.previous).next = linked.next;
  if (linked.next != 0) page(linked.next).previous = linked.previous;
  if (size_class.partial == index) size_class.partial = linked.next;
  size_class.free_slots -= slots_in_page(linked.size_class) - linked.used_count;
}

void Slab::retire(PageIndex index) noexcept {
  Page& retired = page(index);
  retired.size_class = no_class;
  retired.used_count = 0;
  --busy_count_;
  retired.next = empty_pages_;
  empty_pages_ = index;
  ++empty_count_;
  if (empty_count_ > kept_empty_pages + busy_count_ / 32) release_empty_page();
}

bool Slab::release_empty_page() noexcept {
  const PageIndex index = empty_pages_;
  if (index == 0) return false;
  empty_pages_ = page(index).next;
  --empty_count_;
  slots_.release(std::size_t{index} * page_bytes, page_bytes);
  page(index).next = released_pages_;
  released_pages_ = index;
  return true;
}

bool Slab::is_worth_evacuating(PageIndex index) const noexcept {
  const Page& candidate = page(index);
  if (candidate.size_class == no_class) return false;
  const std::size_t slots = slots_in_page(candidate.size_class);
  if (candidate.used_count * std::size_t{2} > slots) return false;
  // Half empty or less: each slot to move was paid for by a slot that was freed before.
  const std::size_t elsewhere =
      classes_[candidate.size_class].free_slots - (slots - candidate.used_count);
  return elsewhere >= candidate.used_count;
}

Slab::PageIndex Slab::next_sparse_page() noexcept {
  while (!sparse_pages_.empty()) {
    const PageIndex index = sparse_pages_.back();
    sparse_pages_.pop_back();
    page(index).is_queued = false;
    if (is_worth_evacuating(index)) return index;
  }
  return 0;
}

std::size_t Slab::live_slots(PageIndex index, std::span<std::uint16_t> slots) const noexcept {
  const Page& source = page(index);
  std::bitset<max_slots_a_page> is_free;
  std::uint16_t free_slot = source.first_free;
  while (free_slot != 0) {
    is_free.set(free_slot - std::size_t{1});
    std::memcpy(&free_slot, at(ref_of(index, free_slot - std::size_t{1})), sizeof(free_slot));
  }
  std::size_t count = 0;
  for (std::uint16_t slot = 0; slot < source.fresh_slot; ++slot) {
    if (!is_free.test(slot)) slots[count++] = slot;
  }
  return count;
}

std::size_t Slab::resident_bytes() const noexcept {
  return (busy_count_ + empty_count_) * page_bytes + in_pages(page_count_ * sizeof(Page)) +
         sparse_pages_.capacity() * sizeof(PageIndex);
}

}  // namespace nacre::memory
