#include "memory/spaces.hpp"

#include "base/check.hpp"

namespace nacre::memory {

void Spaces::learn_new(const Namespace& space) {
  MutexLock lock(mutex_);
  std::unique_ptr<Page>& owned = owned_[space.id >> 8];
  if (owned == nullptr) {
    owned = std::make_unique<Page>();
    // release pairs with the acquire in at(): an empty page is seen before what it holds.
    page_of(space.id).store(owned.get(), std::memory_order_release);
    page_count_.fetch_add(1, std::memory_order_relaxed);
  }
  std::atomic<const Namespace*>& place = (*owned)[space.id & low_mask];
  const Namespace* const known = place.load(std::memory_order_relaxed);
  NACRE_CHECK(known == nullptr || known == &space);
  place.store(&space, std::memory_order_release);
}

}  // namespace nacre::memory
