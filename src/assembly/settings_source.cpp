#include <fmt/format.h>
#include <unistd.h>

#include <string_view>

#include "assembly/file_text.hpp"
#include "assembly/settings_toml.hpp"
#include "nacre/settings.hpp"

namespace nacre {

SettingsSource read_settings_source(const std::string& path, std::vector<std::string> flags) {
  SettingsSource source;
  if (!path.empty()) {
    source.file_name = path;
    source.file_text =
        assembly::read_file_text(path, "the configuration file", assembly::max_file_bytes, nullptr);
  }
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    source.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  source.flags = std::move(flags);
  return source;
}

}  // namespace nacre
