// Reads TOML text into a tree. The only door to the TOML library.
#pragma once

#include <string>
#include <string_view>

#include "assembly/config_node.hpp"
#include "assembly/problems.hpp"

namespace nacre::assembly {

/// Longest file that is read: a thousand origin rules take a fifth of it.
inline constexpr std::size_t max_file_bytes = std::size_t{1} << 20;

/// Parts of one dotted key. Deeper ones would make a tree that is not worth its recursion; settings
/// have at most three.
inline constexpr std::size_t max_key_parts = 16;

/// The table that `text` is, or an empty one after adding to `problems` why it is none.
ConfigNode::Table parse_toml(std::string_view text, const std::string& file_name,
                             Problems& problems);

}  // namespace nacre::assembly
