#include "server/flags.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

#include "nacre/version.hpp"
#include "server/exit_code.hpp"

namespace nacre::server {

FlagsOutcome parse_flags(int argc, const char* const* argv) {
  CLI::App app("nacred, the cache as a service", "nacred");
  app.set_version_flag("--version", "nacred " + std::string(version));
  Flags flags;
  std::vector<std::string> listen;
  app.add_option("--config", flags.config_path, "The settings, as nacre.toml")->type_name("FILE");
  app.add_flag("--check-config", flags.only_check_config,
               "Only say whether the settings are right (exit code 0 or 78)");
  app.add_flag("--print-config-docs", flags.only_print_config_docs,
               "Only write the documentation of all settings");
  app.add_option("--listen", listen, "Where to listen; port 0 picks a free one")
      ->type_name("HOST:PORT")
      ->take_all();
  app.add_option("--set", flags.settings, "A setting, nearer than file and environment")
      ->type_name("SECTION.NAME=VALUE")
      ->take_all();
  FlagsOutcome outcome;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    std::ostringstream out;
    std::ostringstream error;
    const bool is_wrong = app.exit(problem, out, error) != 0;
    outcome.exit_code = is_wrong ? exit_bad_flags : exit_done;
    outcome.out = out.str();
    outcome.error = error.str();
    return outcome;
  }
  std::string addresses;
  for (const std::string& address : listen) addresses += (addresses.empty() ? "" : ",") + address;
  if (!addresses.empty()) flags.settings.push_back("server.listen=" + addresses);
  outcome.flags = std::move(flags);
  return outcome;
}

}  // namespace nacre::server
