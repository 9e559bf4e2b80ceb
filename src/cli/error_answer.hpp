// What a reply that is no success means for the one who asked.
#pragma once

#include "cli/client.hpp"
#include "cli/failure.hpp"

namespace nacre::cli {

/// The failure that nacred reports, {"error":{"code":...,"message":...}}; or, when the reply is not
/// from nacred, that.
Failure failure_of(const HttpReply& reply);

}  // namespace nacre::cli
