// Reads small files that settings name.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace nacre::assembly {

/// Throws Error: invalid_argument when the file may not be used. `opened` describes the file that
/// is read, not whatever has its name by then.
using FileCheck = void (*)(const std::string& path, const struct stat& opened);

/// What the regular file `path` holds. `what` names its purpose for messages; `check` may be null.
/// Throws Error: invalid_argument when it cannot be read or is longer than `max_bytes`.
std::string read_file_text(const std::string& path, std::string_view what, std::size_t max_bytes,
                           FileCheck check);

}  // namespace nacre::assembly
