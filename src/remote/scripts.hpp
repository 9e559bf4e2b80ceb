// The scripts of the remote tier, one file each in scripts/, embedded at build.
#pragma once

#include "redis/script.hpp"

namespace nacre::remote {

/// Each file's head says what its keys and arguments are. Const after construction.
struct Scripts {
  /// Throws Error internal when there is no SHA1.
  Scripts();

  redis::Script fill;
  redis::Script write;
  redis::Script release;
  redis::Script renew;
  redis::Script fail;
  redis::Script expire;
  redis::Script expire_mark;
  redis::Script replace;
};

}  // namespace nacre::remote
