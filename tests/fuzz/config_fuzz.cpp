// Any bytes as nacre.toml, environment and flags: settings, or a SettingsError that says why not.
// What is accepted must render, need no restart against itself, and advise without trouble.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "assembly/settings_advisor.hpp"
#include "nacre/settings.hpp"

namespace {

// The input is the file up to the first zero byte, then NAME=VALUE of the environment and flags,
// each up to the next.
nacre::SettingsSource source_from(std::string_view input) {
  nacre::SettingsSource source;
  source.file_text = std::string(input.substr(0, input.find('\0')));
  input.remove_prefix(std::min(source.file_text.size() + 1, input.size()));
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\0'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    const std::size_t equals = line.find('=');
    if (line.starts_with("NACRE_") && equals != std::string_view::npos) {
      source.environment.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    } else {
      source.flags.emplace_back(line);
    }
  }
  return source;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const nacre::SettingsSource source = source_from({reinterpret_cast<const char*>(bytes), size});
  try {
    const nacre::Settings settings = nacre::load_settings(source);
    if (nacre::render_settings_json(settings).empty()) std::abort();
    if (!nacre::changes_needing_restart(settings, settings).empty()) std::abort();
    nacre::assembly::advise(settings, {});
  } catch (const nacre::SettingsError& error) {
    if (error.problems().empty() || error.message().empty()) std::abort();
  }
  return 0;
}
