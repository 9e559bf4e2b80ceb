// An entry that has left a tier, and why.
#pragma once

#include <functional>
#include <string>

#include "nacre/events.hpp"
#include "nacre/value.hpp"
#include "tier/namespace.hpp"

namespace nacre {

/// What a tier knows of an entry that it has given up.
struct RemovedEntry {
  const detail::Namespace* space = nullptr;
  std::string key{};
  Value value{};  ///< empty for a negative entry
  RemovalReason reason = RemovalReason::removed;
};

/// Called on the thread that caused the removal, outside all locks of the tier. Empty: nobody
/// listens, and the tier need not build the RemovedEntry.
using RemovalSink = std::function<void(RemovedEntry)>;

}  // namespace nacre
