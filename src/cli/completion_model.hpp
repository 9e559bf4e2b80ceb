// What there is to complete, apart from how a shell is told.
#pragma once

#include <string>
#include <vector>

namespace nacre::cli {

/// What follows an option, or stands as an argument.
struct CompletionValue {
  bool is_expected = false;
  bool is_file = false;
  std::vector<std::string> choices{};  ///< all there are, or empty: anything
};

struct CompletionOption {
  std::vector<std::string> names{};  ///< "--json", "-h"
  std::string description{};
  CompletionValue value{};
};

struct CompletionCommand {
  std::string path{};  ///< "nacre config check"
  std::string name{};  ///< "check"
  std::string description{};
  std::vector<std::string> subcommand_paths{};
  std::vector<CompletionOption> options{};  ///< with those of every command
  CompletionValue argument{};
};

/// All commands, each before its subcommands; the first is the program itself.
using CompletionModel = std::vector<CompletionCommand>;

std::string bash_completion(const CompletionModel& model);
std::string zsh_completion(const CompletionModel& model);
std::string fish_completion(const CompletionModel& model);

}  // namespace nacre::cli
