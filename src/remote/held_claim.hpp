// A lease that was granted: kept alive, and ended by a fill, by a failure, or by letting go.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "remote/near_marks.hpp"
#include "remote/parts.hpp"
#include "remote/waiters.hpp"
#include "tier/shared_tier.hpp"

namespace nacre::remote {

/// What a lease holds instead of a token when its load has failed; and back: nullopt for a token.
std::string lease_text_of(const Error& error);
std::optional<Error> find_lease_error(std::string_view text);

/// Ends the lease of `key` if it still holds `token`; nobody waits for it.
void release_lease(Wire& wire, const KeyView& key, std::string_view token);

/// What a granted claim knows.
struct Grant {
  OwnedKey key{};
  std::string token{};
  std::vector<std::string> tags{};  ///< of the request
  std::vector<NearMark> marks{};    ///< of the namespace, then of `tags`; read before the load
  std::uint64_t sequence = 0;       ///< NearMarks::sequence() then
};

/// Keeps `parts` alive. `on_lost` is called on an io thread when the lease turns out to be
/// somebody else's: the key may have been invalidated.
std::unique_ptr<Claim> hold_claim(std::shared_ptr<Parts> parts, std::shared_ptr<Waiters> waiters,
                                  Grant grant, std::function<void(const OwnedKey&)> on_lost);

}  // namespace nacre::remote
