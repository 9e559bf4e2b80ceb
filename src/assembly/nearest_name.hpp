// Finds the name that somebody probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace nacre::assembly {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal
/// string alignment). O(a x b) time, O(b) memory. Texts beyond 64 bytes are as far as they are
/// long.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name nearest to `name`, when it is near enough to be a slip: at most a third of its
/// letters differ, or it begins with the whole of `name`, or `name` with the whole of it. Empty
/// otherwise.
std::string_view nearest_name(std::string_view name, std::span<const std::string> known);

/// "unknown setting; did you mean \"ttl\"?", or without the question where nothing is near.
std::string unknown_name_text(std::string_view what, std::string_view name,
                              std::span<const std::string> known);

}  // namespace nacre::assembly
