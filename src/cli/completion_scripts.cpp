#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion_model.hpp"

namespace nacre::cli {
namespace {

/// `text` as one word for bash and zsh.
std::string quoted(std::string_view text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string fish_quoted(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') word += '\\';
    word += c;
  }
  return word + "'";
}

/// "get:Show a value", the form of zsh's _describe.
std::string described(std::string_view name, std::string_view description) {
  std::string text;
  for (const char c : name) text += c == ':' ? std::string("\\:") : std::string(1, c);
  return quoted(text + ":" + std::string(description));
}

const CompletionCommand& command_at(const CompletionModel& model, const std::string& path) {
  for (const CompletionCommand& command : model) {
    if (command.path == path) return command;
  }
  return model.front();
}

/// All "path subcommand" words, as the patterns of one case.
std::string path_patterns(const CompletionModel& model, std::string_view separator) {
  std::vector<std::string> patterns;
  for (const CompletionCommand& command : model) {
    for (const std::string& path : command.subcommand_paths) patterns.push_back(quoted(path));
  }
  return fmt::format("{}", fmt::join(patterns, separator));
}

/// Calls `add(pattern, value)` for each option of each command that takes a value, where the
/// pattern is "path --option".
template <class Add>
void for_each_value(const CompletionModel& model, Add add) {
  for (const CompletionCommand& command : model) {
    for (const CompletionOption& option : command.options) {
      if (!option.value.is_expected) continue;
      for (const std::string& name : option.names) add(command.path + " " + name, option.value);
    }
  }
}

std::string bash_words(const CompletionModel& model, const CompletionCommand& command) {
  std::vector<std::string> words;
  for (const std::string& path : command.subcommand_paths) {
    words.push_back(command_at(model, path).name);
  }
  words.insert(words.end(), command.argument.choices.begin(), command.argument.choices.end());
  for (const CompletionOption& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  return quoted(fmt::format("{}", fmt::join(words, " ")));
}

}  // namespace

std::string bash_completion(const CompletionModel& model) {
  std::string script = R"(# bash completion for nacre, written by: nacre completion bash
_nacre() {
  local current=${COMP_WORDS[COMP_CWORD]} where=nacre words='' files='' index
  for ((index = 1; index < COMP_CWORD; ++index)); do
    case "$where ${COMP_WORDS[index]}" in
)";
  script += "      " + path_patterns(model, "|") + R"() where="$where ${COMP_WORDS[index]}" ;;
    esac
  done
  case "$where ${COMP_WORDS[COMP_CWORD-1]}" in
)";
  for_each_value(model, [&script](const std::string& pattern, const CompletionValue& value) {
    script += fmt::format("    {}) words={} files={} ;;\n", quoted(pattern),
                          quoted(fmt::format("{}", fmt::join(value.choices, " "))),
                          value.is_file ? "yes" : "''");
  });
  script += "    *) case \"$where\" in\n";
  for (const CompletionCommand& command : model) {
    script += fmt::format("      {}) words={} files={} ;;\n", quoted(command.path),
                          bash_words(model, command), command.argument.is_file ? "yes" : "''");
  }
  script += R"(    esac ;;
  esac
  mapfile -t COMPREPLY < <(
    compgen -W "$words" -- "$current"
    [[ -z $files ]] || compgen -f -- "$current"
  )
}
complete -F _nacre nacre
)";
  return script;
}

std::string zsh_completion(const CompletionModel& model) {
  std::string script = R"(#compdef nacre
# zsh completion for nacre, written by: nacre completion zsh
_nacre() {
  local where=nacre index
  local -a candidates
  for ((index = 2; index < CURRENT; ++index)); do
    case "$where $words[index]" in
)";
  script += "      (" + path_patterns(model, "|") + R"() where="$where $words[index]" ;;
    esac
  done
  case "$where $words[CURRENT-1]" in
)";
  for_each_value(model, [&script](const std::string& pattern, const CompletionValue& value) {
    const std::string action = value.is_file ? "_files"
                               : value.choices.empty()
                                   ? "_message value"
                                   : fmt::format("compadd -- {}", fmt::join(value.choices, " "));
    script += fmt::format("    ({}) {}; return ;;\n", quoted(pattern), action);
  });
  script += "  esac\n  case $where in\n";
  for (const CompletionCommand& command : model) {
    script += fmt::format("    ({}) candidates=(\n", quoted(command.path));
    for (const std::string& path : command.subcommand_paths) {
      const CompletionCommand& subcommand = command_at(model, path);
      script += "      " + described(subcommand.name, subcommand.description) + "\n";
    }
    for (const std::string& choice : command.argument.choices) {
      script += "      " + quoted(choice) + "\n";
    }
    for (const CompletionOption& option : command.options) {
      for (const std::string& name : option.names) {
        script += "      " + described(name, option.description) + "\n";
      }
    }
    script += command.argument.is_file ? "    ); _files ;;\n" : "    ) ;;\n";
  }
  script += R"(  esac
  _describe -o nacre candidates
}
if [[ $funcstack[1] == _nacre ]]; then _nacre "$@"; else compdef _nacre nacre; fi
)";
  return script;
}

std::string fish_completion(const CompletionModel& model) {
  std::string script = R"(# fish completion for nacre, written by: nacre completion fish
function __nacre_where
  set -l where nacre
  for word in (commandline -opc)[2..-1]
    switch "$where $word"
)";
  script += "      case " + path_patterns(model, " ") + R"(
        set where "$where $word"
    end
  end
  echo $where
end
complete -c nacre -f
)";
  for (const CompletionCommand& command : model) {
    const std::string begin =
        fmt::format("complete -c nacre -n {}",
                    fish_quoted(fmt::format("test (__nacre_where) = \"{}\"", command.path)));
    for (const std::string& path : command.subcommand_paths) {
      const CompletionCommand& subcommand = command_at(model, path);
      script += fmt::format("{} -a {} -d {}\n", begin, subcommand.name,
                            fish_quoted(subcommand.description));
    }
    if (!command.argument.choices.empty()) {
      script +=
          fmt::format("{} -a {}\n", begin,
                      fish_quoted(fmt::format("{}", fmt::join(command.argument.choices, " "))));
    }
    if (command.argument.is_file) script += begin + " -F\n";
    for (const CompletionOption& option : command.options) {
      script += begin;
      for (const std::string& name : option.names) {
        const bool is_long = name.starts_with("--");
        script += (is_long ? " -l " : " -s ") + name.substr(is_long ? 2 : 1);
      }
      if (option.value.is_expected) script += option.value.is_file ? " -r -F" : " -x";
      if (!option.value.choices.empty()) {
        script += " -a " + fish_quoted(fmt::format("{}", fmt::join(option.value.choices, " ")));
      }
      script += " -d " + fish_quoted(option.description) + "\n";
    }
  }
  return script;
}

}  // namespace nacre::cli
