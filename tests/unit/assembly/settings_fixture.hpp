// What the tests of settings share: loading from one source, and what loading says.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nacre/settings.hpp"

namespace nacre::assembly {

inline Settings from_file(std::string text) {
  return load_settings({.file_text = std::move(text)});
}

inline Settings from_environment(std::vector<std::pair<std::string, std::string>> environment,
                                 std::string text = {}) {
  return load_settings({.file_text = std::move(text), .environment = std::move(environment)});
}

inline Settings from_flags(std::vector<std::string> flags, std::string text = {}) {
  return load_settings({.file_text = std::move(text), .flags = std::move(flags)});
}

/// The message of the SettingsError that loading `source` throws; "(accepted)" if it throws none.
inline std::string trouble(const SettingsSource& source) {
  try {
    load_settings(source);
  } catch (const SettingsError& error) {
    return error.message();
  }
  return "(accepted)";
}

inline std::string file_trouble(std::string text) {
  return trouble({.file_text = std::move(text)});
}

inline std::string environment_trouble(std::string name, std::string value, std::string text = {}) {
  return trouble(
      {.file_text = std::move(text), .environment = {{std::move(name), std::move(value)}}});
}

inline std::string flag_trouble(std::string flag, std::string text = {}) {
  return trouble({.file_text = std::move(text), .flags = {std::move(flag)}});
}

}  // namespace nacre::assembly
