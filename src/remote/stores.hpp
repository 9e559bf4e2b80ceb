// Storing a value by a script, and asking in the same breath whether it is still there: a tracked
// read that shows the own write_id proves that every later change will be told.
//
// On the wire: the script's reply, the push for one's own SET where the link had read the key, the
// reply of the read. The stripe count is taken when that last one is handled, in wire order: a
// change after it is told after it, one before it shows as another write_id.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "redis/script.hpp"
#include "remote/entry_form.hpp"
#include "remote/wire.hpp"

namespace nacre::remote {

struct Confirmed {
  bool has_answered = false;  ///< else whether it was executed is unknown
  bool is_stored = false;
  bool is_tracked = false;  ///< stored, still there, and its next change is told
  std::uint64_t stripe_count = 0;
};

struct StoreTerms {
  const redis::Script* script = nullptr;          ///< 1: stored; keys: value, lease
  std::span<const std::string_view> arguments{};  ///< of the script
  std::uint64_t write_id = 0;                     ///< 0: bare bytes, which nothing confirms
  Deadline deadline{};
  Pass pass{};  ///< settled with the script's outcome
};

/// One round trip, two when the server does not know the script. `done` runs on an io thread.
void store_confirmed(Wire& wire, const KeyView& key, const StoreTerms& terms,
                     std::function<void(Confirmed)> done);

}  // namespace nacre::remote
