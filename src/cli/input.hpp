// Reads what a command is given as a file or on standard input.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace nacre::cli {

/// All of a file; "-" is `standard_input`. Throws Failure (usage) when it cannot be read or is
/// larger than 256 MiB.
std::string read_input(const std::string& file, std::istream& standard_input);

/// Its lines without line ends, empty ones left out.
std::vector<std::string> read_lines(const std::string& file, std::istream& standard_input);

/// The token in the first line of a file. Throws Failure (usage) when there is none.
std::string read_token(const std::string& file);

}  // namespace nacre::cli
