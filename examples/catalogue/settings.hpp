// What the command line says.
#pragma once

#include <optional>
#include <string>

#include "control.hpp"
#include "server.hpp"

namespace catalogue {

struct Settings {
  Address listen{.host = "127.0.0.1", .port = 3001};
  Behaviour behaviour{};
  std::string product_file{};
  std::string database = ":memory:";
  unsigned threads = 2;
};

inline constexpr int exit_usage = 64;  ///< EX_USAGE of sysexits.h

/// The settings, or in `exit_code` why not: 0 after --help, exit_usage after printing what is
/// wrong.
std::optional<Settings> parse_settings(int argc, const char* const* argv, int& exit_code);

}  // namespace catalogue
