#include "assembly/option_row.hpp"

#include <array>

namespace nacre::assembly::detail {
namespace {

constexpr std::array<std::string_view, 4> level_names = {"debug", "info", "warning", "error"};

}  // namespace

OptionValue value_of(LogLevel member) {
  return std::string(level_names[static_cast<std::size_t>(member)]);
}

void assign(LogLevel& member, OptionValue value) {
  const std::string& name = std::get<std::string>(value);
  for (std::size_t index = 0; index < level_names.size(); ++index) {
    if (level_names[index] == name) member = static_cast<LogLevel>(index);
  }
}

OptionValue value_of(WritePolicy member) {
  return std::string(name_of(member));
}

void assign(WritePolicy& member, OptionValue value) {
  const bool is_strict = std::get<std::string>(value) == name_of(WritePolicy::strict);
  member = is_strict ? WritePolicy::strict : WritePolicy::best_effort;
}

}  // namespace nacre::assembly::detail
