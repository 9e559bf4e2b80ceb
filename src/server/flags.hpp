// The command line of nacred.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nacre::server {

struct Flags {
  std::string config_path{};
  std::vector<std::string> settings{};  ///< "section.name=value", as load_settings() takes them
  bool only_check_config = false;
  bool only_print_config_docs = false;
};

/// What the command line says: flags, or that the program ends now.
struct FlagsOutcome {
  std::optional<Flags> flags{};
  int exit_code = 0;
  std::string out{};    ///< for stdout
  std::string error{};  ///< for stderr
};

/// Reads the arguments. Exit code 64 for what is no flag of nacred.
FlagsOutcome parse_flags(int argc, const char* const* argv);

}  // namespace nacre::server
