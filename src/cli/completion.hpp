// Completion scripts for shells, made from the commands and options themselves.
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace nacre::cli {

/// The script for "bash", "zsh" or "fish". It completes commands, options, the values of options
/// that have a fixed set, and file names.
std::string completion_script(const CLI::App& app, std::string_view shell);

}  // namespace nacre::cli
