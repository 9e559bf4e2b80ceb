// Which namespace has this number? Nodes hold the number, two bytes instead of eight.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/mutex.hpp"
#include "tier/namespace.hpp"

namespace nacre::memory {

using detail::Namespace;

/// Every namespace that has ever had an entry here. Thread safe; reading is wait-free.
class Spaces final {
 public:
  /// Makes `space` known. It must outlive this object, and its id must be its own.
  void learn(const Namespace& space) {
    const Page* const page = page_of(space.id).load(std::memory_order_acquire);
    if (page == nullptr || (*page)[space.id & low_mask].load(std::memory_order_relaxed) != &space) {
      learn_new(space);
    }
  }

  /// A namespace that was learnt before.
  const Namespace& at(std::uint16_t id) const noexcept {
    // acquire pairs with the releases in learn_new().
    const Page& page = *page_of(id).load(std::memory_order_acquire);
    return *page[id & low_mask].load(std::memory_order_acquire);
  }

  /// Bytes on the heap; 2 KiB for each 256 ids of which one is in use.
  std::size_t heap_bytes() const noexcept {
    return page_count_.load(std::memory_order_relaxed) * sizeof(Page);
  }

 private:
  static constexpr std::size_t low_mask = 255;
  using Page = std::array<std::atomic<const Namespace*>, low_mask + 1>;

  std::atomic<Page*>& page_of(std::uint16_t id) noexcept { return pages_[id >> 8]; }
  const std::atomic<Page*>& page_of(std::uint16_t id) const noexcept { return pages_[id >> 8]; }
  void learn_new(const Namespace& space);

  Mutex mutex_;
  std::array<std::unique_ptr<Page>, 256> owned_ NACRE_GUARDED_BY(mutex_);
  std::array<std::atomic<Page*>, 256> pages_{};  // written under mutex_, never changed once set
  std::atomic<std::size_t> page_count_{0};
};

}  // namespace nacre::memory
