// The program nacre from its arguments to its exit code.
#pragma once

#include "cli/output.hpp"

namespace nacre::cli {

/// Runs the command that the arguments name. Returns the exit code; throws nothing.
int run_command_line(int argc, const char* const* argv, const Streams& streams);

}  // namespace nacre::cli
