// Where a load keeps its claim on a shared tier's key.
#pragma once

#include <memory>
#include <utility>

#include "base/mutex.hpp"
#include "tier/shared_tier.hpp"

namespace nacre {

/// Holds at most one claim until it is taken or the slot is closed. Thread safe: a load's own
/// thread, its timeout and an invalidation meet here. Claims are given back outside the lock.
class ClaimSlot final {
 public:
  /// False when the slot was closed: the claim is given back.
  bool put(std::unique_ptr<Claim> claim) {
    MutexLock lock(mutex_);
    if (is_closed_) return false;
    claim_ = std::move(claim);
    return true;
  }

  /// The claim, or nullptr when there is none.
  std::unique_ptr<Claim> take() {
    MutexLock lock(mutex_);
    return std::move(claim_);
  }

  /// What the load brings is not to be kept: gives the claim back, so that another may load.
  void close() {
    std::unique_ptr<Claim> given_back;
    MutexLock lock(mutex_);
    is_closed_ = true;
    given_back = std::move(claim_);
    lock.unlock();
  }

  bool is_closed() const {
    MutexLock lock(mutex_);
    return is_closed_;
  }

 private:
  mutable Mutex mutex_;
  std::unique_ptr<Claim> claim_ NACRE_GUARDED_BY(mutex_);
  bool is_closed_ NACRE_GUARDED_BY(mutex_) = false;
};

}  // namespace nacre
