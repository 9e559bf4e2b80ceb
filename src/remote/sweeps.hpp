// Removing or expiring entries that only a look at each finds: a walk over the keys of the server.
//
// Leases first, wholly, then values: a load that began before the sweep has either its lease
// ended, or has stored before the walk over the values began.
#pragma once

#include "remote/parts.hpp"

namespace nacre::remote {

/// Thread safe. Callbacks run on an io thread, or inside the call when nothing can be sent.
class Sweeps {
 public:
  explicit Sweeps(Parts& parts) : parts_(parts) {}

  /// False: not all that it means may have been reached. O(keys of the server).
  void run(SharedSweep sweep, ReachedDone done);

 private:
  Parts& parts_;
};

}  // namespace nacre::remote
