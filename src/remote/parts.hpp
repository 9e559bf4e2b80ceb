// What the tier is made of, where several parts need several others.
#pragma once

#include <utility>

#include "remote/changes.hpp"
#include "remote/near_marks.hpp"
#include "remote/trust.hpp"
#include "remote/wire.hpp"

namespace nacre::remote {

/// Lives until the last claim has gone, which may be after the tier: see HeldClaim.
struct Parts {
  Parts(const RemoteTierOptions& options, RemoteTierSurroundings surroundings)
      : wire(options, std::move(surroundings)), pending({.max_count = options.max_pending}) {}

  Wire wire;
  NearMarks marks{wire};
  PendingChanges pending;
  RecentChanges recent{};
  Trust trust{pending};
  Changes changes{wire, marks, recent};
};

}  // namespace nacre::remote
