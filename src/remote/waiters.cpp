#include "remote/waiters.hpp"

#include <algorithm>
#include <utility>

namespace nacre::remote {

void Waiters::add(const std::string& name, std::shared_ptr<Wakeable> wait) {
  MutexLock lock(mutex_);
  waits_[name].push_back(std::move(wait));
}

void Waiters::remove(const std::string& name, const Wakeable* wait) {
  std::shared_ptr<Wakeable> removed;  // may be the last reference: not destroyed under the lock
  MutexLock lock(mutex_);
  const auto found = waits_.find(name);
  if (found == waits_.end()) return;
  const auto one = std::find_if(found->second.begin(), found->second.end(),
                                [wait](const auto& each) { return each.get() == wait; });
  if (one != found->second.end()) {
    removed = std::move(*one);
    found->second.erase(one);
  }
  if (found->second.empty()) waits_.erase(found);
}

void Waiters::wake(const std::string& name) {
  std::vector<std::shared_ptr<Wakeable>> woken;
  {
    MutexLock lock(mutex_);
    const auto found = waits_.find(name);
    if (found == waits_.end()) return;
    woken = found->second;
  }
  for (const std::shared_ptr<Wakeable>& each : woken) each->wake();
}

void Waiters::wake_all() {
  std::vector<std::shared_ptr<Wakeable>> woken;
  {
    MutexLock lock(mutex_);
    for (const auto& [name, waits] : waits_) woken.insert(woken.end(), waits.begin(), waits.end());
  }
  for (const std::shared_ptr<Wakeable>& each : woken) each->wake();
}

}  // namespace nacre::remote
