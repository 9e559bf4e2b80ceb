#include "cli/completion.hpp"

#include <CLI/CLI.hpp>

#include "base/check.hpp"
#include "cli/completion_model.hpp"

namespace nacre::cli {
namespace {

/// The names in "TEXT:{any,all}", as a set of allowed values describes itself.
std::vector<std::string> choices_in(const std::string& type_name) {
  const std::size_t begin = type_name.find('{');
  const std::size_t end = type_name.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type_name.substr(begin + 1, end - begin - 1), ',');
}

CompletionValue value_of(const CLI::Option& option) {
  const std::string type_name = option.get_type_name();
  return {.is_expected = option.get_items_expected_max() > 0,
          .is_file = type_name.find("FILE") != std::string::npos,
          .choices = choices_in(type_name)};
}

CompletionOption to_option(const CLI::Option& option) {
  CompletionOption result{.description = option.get_description(), .value = value_of(option)};
  for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) result.names.push_back("-" + name);
  return result;
}

/// The options and arguments of one command; option groups are subcommands without a name.
void add_options(const CLI::App& app, CompletionCommand& command) {
  for (const CLI::Option* option : app.get_options({})) {
    if (option->get_positional()) {
      command.argument = value_of(*option);
    } else if (!app.get_name().empty() || option != app.get_help_ptr()) {
      command.options.push_back(to_option(*option));  // a group's own help would come twice
    }
  }
  for (const CLI::App* group : app.get_subcommands({})) {
    if (group->get_name().empty()) add_options(*group, command);
  }
}

/// As deep as commands nest: two levels today.
void add_command(const CLI::App& app, const std::string& path, const CompletionCommand& root,
                 CompletionModel& model) {
  CompletionCommand command{
      .path = path, .name = app.get_name(), .description = app.get_description()};
  add_options(app, command);
  for (const CompletionOption& option : root.options) {
    if (option.names.front() != "--help" && option.names.front() != "--version") {
      command.options.push_back(option);
    }
  }
  const std::size_t index = model.size();
  model.push_back(std::move(command));
  for (const CLI::App* subcommand : app.get_subcommands({})) {
    if (subcommand->get_name().empty()) continue;
    const std::string subcommand_path = path + " " + subcommand->get_name();
    model[index].subcommand_paths.push_back(subcommand_path);
    add_command(*subcommand, subcommand_path, index == 0 ? model[0] : root, model);
  }
}

}  // namespace

std::string completion_script(const CLI::App& app, std::string_view shell) {
  CompletionModel model;
  CompletionCommand root;
  add_command(app, app.get_name(), root, model);
  if (shell == "bash") return bash_completion(model);
  if (shell == "zsh") return zsh_completion(model);
  NACRE_CHECK(shell == "fish");
  return fish_completion(model);
}

}  // namespace nacre::cli
