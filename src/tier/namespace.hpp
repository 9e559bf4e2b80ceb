// A namespace as the tiers see it: a number for comparing, a name for people and far tiers, and
// its marks.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "nacre/clock.hpp"

namespace nacre::detail {

/// Hard isolation: two namespaces share no key, tag or clear(). Lives as long as its cache.
/// `id` and `name` are constant after construction; the marks belong to coherence/marks.hpp, which
/// alone writes them, and stand here so that a hit reads them without a further lookup.
struct Namespace {
  Namespace(std::uint16_t number, std::string text) : id(number), name(std::move(text)) {}

  const std::uint16_t id;
  const std::string name;

  mutable std::atomic<std::uint64_t> newest_mark{0};  ///< epoch of the last mark of any kind
  mutable std::atomic<std::uint64_t> removed_at{0};   ///< epoch of the last clear()
  mutable std::atomic<std::uint64_t> expired_at{0};   ///< epoch of the last expiry of everything
  mutable std::atomic<Duration::rep> expiry_time{0};  ///< when that was, since the clock's zero
};

}  // namespace nacre::detail
