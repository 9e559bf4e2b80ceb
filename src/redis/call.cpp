#include "redis/call.hpp"

namespace nacre::redis {

void Cancellation::cancel() {
  std::function<void()> wake;
  {
    MutexLock lock(mutex_);
    if (is_cancelled_) return;
    is_cancelled_ = true;
    wake.swap(wake_);
  }
  if (wake) wake();
}

bool Cancellation::is_cancelled() const {
  MutexLock lock(mutex_);
  return is_cancelled_;
}

void Cancellation::on_cancel(std::function<void()> wake) {
  {
    MutexLock lock(mutex_);
    if (!is_cancelled_) {
      wake_ = std::move(wake);
      return;
    }
  }
  wake();
}

}  // namespace nacre::redis
