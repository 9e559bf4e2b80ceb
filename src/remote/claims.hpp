// Asking for the right to load a key, and waiting while somebody else has it.
//
// One batch asks for the lease, the value and the lease's holder, in this order, so that whatever
// changes after its read is told. Who waits is woken by the push for the value or the lease, by
// the lease's end, or, where changes are not told, by asking again.
#pragma once

#include <functional>
#include <memory>

#include "remote/parts.hpp"
#include "remote/waiters.hpp"
#include "tier/shared_tier.hpp"

namespace nacre::remote {

/// What all claims of a tier share.
struct ClaimTerms {
  std::shared_ptr<Parts> parts{};
  std::shared_ptr<Waiters> waiters{};
  std::function<void(const OwnedKey&)> on_lost{};
};

/// As SharedReads::claim() says.
void claim_key(const ClaimTerms& terms, const KeyView& key, ClaimRequest request, ClaimDone done);

}  // namespace nacre::remote
