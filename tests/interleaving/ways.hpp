// The key that all schedules are about, and what invalidates it.
#pragma once

#include "nacre/cache.hpp"

namespace nacre::test {

inline constexpr const char* contended_key = "user:1";
inline const Options tagged{.tags = {"red", "blue"}};

/// One way to make the old value of `contended_key` invalid; a direct write is given what the
/// origin holds.
struct Way {
  const char* name;
  void (*invalidate)(const Cache&, int);
};

inline const Way ways[] = {
    {"remove", [](const Cache& cache, int) { cache.remove(contended_key); }},
    {"tag", [](const Cache& cache, int) { cache.invalidate(by_tag("red")); }},
    {"all_tags",
     [](const Cache& cache, int) { cache.invalidate(by_tags({"red", "blue"}, Match::all)); }},
    {"prefix", [](const Cache& cache, int) { cache.invalidate(by_prefix("user:")); }},
    {"pattern", [](const Cache& cache, int) { cache.invalidate(by_pattern("*:1")); }},
    {"clear", [](const Cache& cache, int) { cache.clear(); }},
    {"set", [](const Cache& cache, int value) { cache.set(contended_key, value, tagged); }},
};

}  // namespace nacre::test
