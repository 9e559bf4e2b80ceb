// The texts that people read about configuration, made from the table of options.
//
// `ninja config_texts` writes them to docs/configuration.md and packaging/nacre.toml; a test
// compares.
#pragma once

#include <string>

#include "assembly/option_table.hpp"

namespace nacre::assembly {

/// docs/configuration.md.
std::string render_config_docs();

/// packaging/nacre.toml: every setting, commented out, with its default or an example. Lines that
/// begin with `#` and a letter or bracket are settings, those that begin with `# ` are text.
std::string render_example_config();

/// Settings with one section of each kind, all with their defaults.
Settings specimen_settings();

/// What holds when `option` of a specimen is not given, as TOML; empty when words must say it.
std::string default_toml(const FoundOption& option);

}  // namespace nacre::assembly
