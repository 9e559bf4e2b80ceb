#include "nacre/lookup.hpp"

#include "nacre/error.hpp"

namespace nacre {

std::string_view name_of(TierKind tier) noexcept {
  switch (tier) {
    case TierKind::memory:
      return "memory";
    case TierKind::disk:
      return "disk";
    case TierKind::remote:
      return "remote";
    case TierKind::origin:
      return "origin";
  }
  return "unknown";
}

namespace detail {

void throw_no_value(bool is_negative) {
  throw Error(Errc::key_not_found, is_negative ? "there is no value: the key is known not to exist"
                                               : "there is no value: the key is not in the cache");
}

}  // namespace detail
}  // namespace nacre
