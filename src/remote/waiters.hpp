// Who is to be told when the value or the lease of a key changes in Redis.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.hpp"

namespace nacre::remote {

/// Told on an io thread, under no lock; quick.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  virtual void wake() = 0;
};

/// Who waits for which key. Thread safe.
class Waiters {
 public:
  void add(const std::string& name, std::shared_ptr<Wakeable> wait);
  void remove(const std::string& name, const Wakeable* wait);

  /// The value or the lease of the key whose value is called `name` has changed.
  void wake(const std::string& name);
  void wake_all();

 private:
  Mutex mutex_;
  std::unordered_map<std::string, std::vector<std::shared_ptr<Wakeable>>> waits_
      NACRE_GUARDED_BY(mutex_);
};

}  // namespace nacre::remote
